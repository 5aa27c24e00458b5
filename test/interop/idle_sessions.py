"""Many sessions of one process of their own: `idle_sessions.py clients HOST PORT COUNT` holds COUNT TLS sessions, says "held N",
and "alive N" after each line it reads; `idle_sessions.py backend PORT` is an SMTP server for as many."""
import asyncio
import ssl
import sys

AT_ONCE = 40  # handshakes


async def one(host, port, context, gate):
    async with gate:
        reader, writer = await asyncio.open_connection(host, port, ssl=context, ssl_handshake_timeout=120)
        assert (await reader.readline()).startswith(b"220")
        writer.write(b"EHLO client.example\r\n")
        while (await reader.readline())[3:4] == b"-":
            pass
        return reader, writer


async def answers(session):
    reader, writer = session
    try:
        writer.write(b"NOOP\r\n")
        return (await asyncio.wait_for(reader.readline(), 120)).startswith(b"250")
    except OSError:
        return False


async def clients(host, port, count):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    gate = asyncio.Semaphore(AT_ONCE)
    tries = await asyncio.gather(*(one(host, port, context, gate) for _ in range(count)), return_exceptions=True)
    held = [session for session in tries if isinstance(session, tuple)]
    print(f"held {len(held)}", flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        alive = 0
        for begin in range(0, len(held), 500):
            alive += sum(await asyncio.gather(*(answers(session) for session in held[begin:begin + 500])))
        print(f"alive {alive}", flush=True)


async def serve_one(reader, writer):
    writer.write(b"220 backend.example ESMTP\r\n")
    try:
        while line := await reader.readline():
            verb = line[:4].upper()
            writer.write({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n"))
            if verb == b"DATA":
                while await reader.readline() != b".\r\n":
                    pass
                writer.write(b"250 taken\r\n")
            if verb == b"QUIT":
                break
        writer.close()
    except OSError:
        pass


async def backend(port):
    server = await asyncio.start_server(serve_one, "127.0.0.1", port, backlog=4096)
    print("listening", flush=True)
    await server.serve_forever()


if sys.argv[1] == "clients":
    asyncio.run(clients(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
else:
    asyncio.run(backend(int(sys.argv[2])))
