"""What the compiler and the linker did for the programs that ship, and what their running processes look like."""
import os
import re
import subprocess

import pytest

from harness import front as fronts
from harness.procfs import ProcessFacts, writable_and_executable
from harness.waiting import free_port

PROGRAMS = ["ehlock", "tlswrapper", "tlswrapper-smtp", "tlsproxy"]


def readelf(path, *words):
    return subprocess.run(["readelf", "-W", *words, path], check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(params=PROGRAMS)
def shipped(request):
    """The path of a program as it ships; tests of a debug build look at another build's flags."""
    path = fronts.program(request.param)
    if not path or not path.exists():
        pytest.skip(f"{request.param} is not built (./dev build)")
    cache = path.parent.parent / "CMakeCache.txt"
    if cache.exists() and "CMAKE_BUILD_TYPE:STRING=Release" not in cache.read_text(encoding="utf-8"):
        pytest.skip("not a release build")
    return path


def test_is_loaded_anywhere_and_its_tables_are_read_only(shipped):
    assert re.search(r"Type:\s+DYN", readelf(shipped, "-h"))
    dynamic = readelf(shipped, "-d")
    assert re.search(r"FLAGS_1.*\bNOW\b.*\bPIE\b", dynamic) and "TEXTREL" not in dynamic
    assert not re.search(r"RPATH|RUNPATH", dynamic)
    assert "GNU_RELRO" in readelf(shipped, "-l")


def test_has_no_stack_to_execute_and_no_text_to_write(shipped):
    segments = re.findall(r"^\s+(LOAD|GNU_STACK)\s.* 0x\S+ ([R ][W ][E ])\s*\S+$", readelf(shipped, "-l"), re.MULTILINE)
    assert ("GNU_STACK", "RW ") in segments and len(segments) > 2
    assert all("W" not in flags or "E" not in flags for _, flags in segments)


def test_has_canaries_and_checked_copies(shipped):
    symbols = readelf(shipped, "-s", "--dyn-syms")
    assert "__stack_chk_fail" in symbols
    assert re.search(r"\b__(memcpy|memmove|read|recv|snprintf|fprintf|vsnprintf|memset|poll|fdelt|readlink|realpath)_chk\b", symbols)


def test_has_landing_pads_for_indirect_calls(shipped):
    # Intel CET: the system's own start files have no mark for it, so that the whole program has none; our functions do.
    if "X86-64" not in readelf(shipped, "-h"):
        pytest.skip("-fcf-protection is for x86-64")
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-j", ".text", shipped], check=True, stdout=subprocess.PIPE).stdout
    assert text.count(b"endbr64") > 500


def everybody(serve):
    front = serve(f"--metrics 127.0.0.1:{free_port()} --reverse-names --program-user nobody" if os.getuid() == 0 else "",
                  backend=["/bin/cat"])
    return [(role, process) for role, processes in front.roles().items() for process in processes]


def test_no_process_has_memory_to_write_and_execute(serve):
    processes = everybody(serve)
    assert {"supervisor", "key", "worker", "launcher"} <= {role for role, _ in processes}
    for role, process in processes:
        assert writable_and_executable(process.pid) == [], role


def test_threat_43_no_process_leaves_a_core(serve):
    for role, process in everybody(serve):
        assert process.limit("Max core file size") == 0, role
        jailed = role in ("key", "worker", "exporter")  # the others: Jail and leave_no_core in the unit tests
        assert os.getuid() != 0 or not jailed or not process.dumpable, role


def test_the_look_at_memory_would_find_it(tmp_path):
    # The control of the tests above: a process that does have such memory.
    python = subprocess.Popen(["/usr/bin/python3", "-c", "import mmap; m = mmap.mmap(-1, 4096, prot=7); print(flush=True); input()"],
                              cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        python.stdout.readline()
        assert len(writable_and_executable(python.pid)) == 1
        assert ProcessFacts(python.pid).dumpable
    finally:
        python.communicate(b"\n")
