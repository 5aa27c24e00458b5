"""The jail of both programs: its directory, its users, its limits; and that the program behind is in none of it."""
import os
import resource

import pytest

import chain
from harness.process import run
from harness.waiting import until

pytestmark = pytest.mark.root

DATA = 128 << 20  # as Debian's
DEFAULT = "/var/lib/tlswrapper/empty"


@pytest.fixture
def folder(place):
    path = place / "cell"
    path.mkdir(mode=0o555)
    return path


def inside(front, client):
    """The processes of the pair, once all of them are jailed: two of the wrapper, one of the helper."""
    client.hello()
    names = ("tlswrapper", "tlswrapper-smtp")

    def jailed():
        found = [one for one in front.processes() if one.name in names and one.seccomp_filtered]
        return len(found) == 3 and found
    return until(jailed, "three jailed processes")


def program_of(front):
    return next(one for one in front.processes() if one.name.startswith("python"))


def test_the_default_is_a_user_of_its_own_for_each_and_an_empty_root(cells):
    front = cells.start()
    with front.client() as client:
        found = inside(front, client)
        assert len({tuple(one.uids) for one in found}) == 3
        for one in found:
            assert len(one.uids) == 1 and 0 not in one.uids | one.gids and one.uids == one.gids
            assert min(one.uids) > 100_000
            assert one.root == DEFAULT and one.status["Groups"].strip() == ""


def test_a_directory_and_a_user_that_are_given(cells, folder):
    words = ["-J", folder, "-j", "nobody"]
    front = cells.start(options=words, helper_options=words)
    with front.client() as client:
        for one in inside(front, client):
            assert one.root == str(folder)
            assert one.uids == {65534}


def test_the_limits_are_those_of_debians(cells):
    front = cells.start()
    with front.client() as client:
        for one in inside(front, client):
            assert one.limit("Max data size") == DATA
            relays = one.sockets() or one.name == "tlswrapper-smtp"
            assert one.limit("Max open files") <= (2 if relays else 32)
            assert one.limit("Max processes") == 0 and one.limit("Max core file size") == 0
            assert not one.dumpable


def test_a_policy_service_needs_descriptors(cells):
    front = cells.start(helper_options=["-g", "127.0.0.1:9"])
    with front.client() as client:
        helper = next(one for one in inside(front, client) if one.name == "tlswrapper-smtp")
        assert helper.limit("Max open files") <= 32


@pytest.mark.parametrize("options", [[], ["-u", "nobody"]], ids=["as started", "-u"])
def test_the_program_is_not_in_the_jail(cells, options):
    cells.place.chmod(0o777)
    front = cells.start(helper_options=options)
    with front.client() as client:
        inside(front, client)
        program = program_of(front)
        assert program.root == "/" and not program.seccomp_filtered and not program.no_new_privs
        assert program.uids == {65534 if options else os.getuid()}
        for name, number in (("Max data size", resource.RLIMIT_DATA), ("Max open files", resource.RLIMIT_NOFILE),
                             ("Max processes", resource.RLIMIT_NPROC), ("Max address space", resource.RLIMIT_AS)):
            wanted = resource.getrlimit(number)[0]
            assert program.limit(name) == (None if wanted == resource.RLIM_INFINITY else wanted)


@pytest.mark.parametrize(("program", "words", "said"), [
    ("wrapper", ["-J", "/missing"], "/missing"), ("helper", ["-J", "/missing"], "/missing"),
    ("wrapper", ["-J", "/etc"], "/etc"), ("helper", ["-J", "/etc"], "/etc"),
    ("wrapper", ["-j", "nosuch"], "nosuch"), ("helper", ["-j", "nosuch"], "nosuch")], ids=str)
def test_a_jail_that_cannot_be_is_a_temporary_fault_that_is_named(cells, certificates, program, words, said):
    del cells
    path, more = ((chain.WRAPPERS["ours"], ["-f", certificates.get().both]) if program == "wrapper"
                  else (chain.HELPERS["ours"], []))
    status, text = run([path, *more, *words, "true"])
    assert status == 111
    assert said in text, text


def test_an_empty_directory_others_may_write_to_is_refused(cells, folder):
    del cells
    folder.chmod(0o777)
    status, text = run([chain.HELPERS["ours"], "-J", folder, "true"])
    assert status == 111 and str(folder) in text
