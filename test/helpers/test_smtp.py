"""tlswrapper-smtp alone and with a policy service: command line, exit statuses, failing programs, postgrey."""
import os

import pytest

import chain
from harness.process import run
from harness.waiting import free_port

COMMAND_LINES = [([], 100), (["-x", "true"], 100), (["-g", "foo", "true"], 100), (["-g", "::1:25", "true"], 100),
                 (["-t", "0", "true"], 100), (["-T", "x", "true"], 100), (["-g", "nowhere.invalid:25", "true"], 111)]


@pytest.mark.parametrize(("words", "status"), COMMAND_LINES, ids=str)
def test_faults_of_the_command_line(words, status):
    for name, path in chain.HELPERS.items():
        if chain.missing(path) or not chain.usable(name, chain.HELPERS):
            continue
        assert run([path, *words])[0] == status, name


def test_it_does_not_link_openssl(cells):
    assert "libssl" not in run(["ldd", chain.HELPERS["ours"]])[1]


def test_the_exit_status_is_the_programs(cells, helper):
    front = cells.start(None, helper, environment={"STATUS": "7"})
    with front.client() as client:
        client.hello()
        client.expect("QUIT", 221)
    assert front.status() == 7


@pytest.mark.parametrize("said", ["EXIT 3", "KILL"])
def test_a_failing_program_is_temporary(cells, helper, said):
    front = cells.start(None, helper)
    with front.client() as client:
        client.hello()
        client.send(said + "\r\n")
        told = client.rest()
    assert front.status() == 111
    assert told.startswith(b"421 ") == (helper == "ours")


def test_a_missing_program_is_temporary(cells, helper):
    front = cells.start(None, helper, program=["/missing"])
    with front.client() as client:
        client.rest()
    assert front.status() == 111


def test_a_client_that_leaves_is_temporary(cells, helper):
    front = cells.start(None, helper)
    with front.client() as client:
        client.hello()
    assert front.status() == 111


def test_a_session_may_be_limited(cells, helper):
    front = cells.start(None, helper, helper_options=["-t", "1"])
    with front.client() as client:
        client.hello()
        told = client.rest()
    assert front.status() == 111
    assert told.startswith(b"421 ") == (helper == "ours")


def test_starttls_without_a_control_pipe(cells, helper):
    front = cells.start(None, helper)
    with front.client() as client:
        assert "STARTTLS" not in client.hello().keywords
        assert client.command("STARTTLS").code == (454 if helper == "ours" else 502)


@pytest.mark.root
def test_it_is_jailed_and_its_program_is_not(cells):
    front = cells.start(None, "ours")
    with front.client() as client:
        client.hello()
        helper = next(one for one in front.processes() if one.name == "tlswrapper-smtp")
        assert helper.seccomp_filtered and helper.no_new_privs and 0 not in helper.uids
        assert helper.root == "/var/lib/tlswrapper/empty"
        program = next(one for one in front.processes() if one.name.startswith("python"))
        assert program.uids == {os.getuid()} and not program.seccomp_filtered


def rcpt(front, sender="a@client.example"):
    """The reply to one recipient, in a session of its own."""
    with front.client() as client:
        client.hello()
        client.expect(f"MAIL FROM:<{sender}>", 250)
        reply = client.command("RCPT TO:<b@mail.example>")
        client.expect("QUIT", 221)
    return reply


@pytest.fixture
def policy(backend):
    """A policy service that says what it is told to, and keeps the questions."""
    def make(*answers):
        asked = []

        def script(connection):
            for answer in answers:
                lines = []
                while lines[-1:] != [""]:
                    line = connection.line()
                    if line is None:
                        return
                    lines.append(line)
                asked.append(dict(line.split("=", 1) for line in lines if line))
                connection.send(answer)
        service = backend(script)
        service.asked = asked
        return service
    return make


@pytest.mark.parametrize(("answer", "code"), [
    ("DUNNO", 250), ("OK", 250), ("PREPEND X-Greylist: delayed", 250), ("DEFER_IF_PERMIT Greylisted", 450),
    ("DEFER later", 450), ("REJECT no thanks", 554), ("450 4.7.1 wait", 450), ("550 5.7.1 never", 550)])
def test_verdicts_of_a_policy_service(cells, policy, answer, code):
    service = policy(f"action={answer}\n\n")
    front = cells.start(None, "ours", helper_options=["-g", service.endpoint],
                        prefix=["env", "TCPREMOTEHOST=client.name"])
    assert rcpt(front).code == code
    asked = service.asked[0]
    wanted = {"request": "smtpd_access_policy", "protocol_state": "RCPT", "protocol_name": "ESMTP",
              "client_address": "127.0.0.1", "client_name": "client.name", "helo_name": "client.example",
              "sender": "a@client.example", "recipient": "b@mail.example"}
    assert {name: asked.get(name) for name in wanted} == wanted
    assert asked["instance"]


@pytest.mark.parametrize(("option", "code", "status"), [("-C", 250, 0), ("-c", 451, 111)])
def test_without_the_policy_service(cells, option, code, status):
    front = cells.start(None, "ours", helper_options=["-g", f"127.0.0.1:{free_port()}", option])
    assert rcpt(front).code == code
    assert front.status() == status


def test_one_answer_for_each_recipient(cells, policy):
    service = policy("action=defer one\n\n", "action=dunno\n\n", "action=reject three\n\n")
    front = cells.start(None, "ours", helper_options=["-g", service.endpoint])
    with front.client() as client:
        client.hello()
        client.expect("MAIL FROM:<a@client.example>", 250)
        codes = [client.command(f"RCPT TO:<r{number}@mail.example>").code for number in range(3)]
    assert codes == [450, 250, 554]
