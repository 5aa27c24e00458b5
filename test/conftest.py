"""Fixtures of every scenario test. A test fails after its deadline; the logs of its programs are shown then."""
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.dont_write_bytecode = True

from harness import backend as backends  # noqa: E402
from harness import certs, front, process  # noqa: E402

DEADLINE = 90  # seconds for one test


def pytest_collection_modifyitems(items):
    for item in items:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(DEADLINE))


def pytest_configure(config):
    config.addinivalue_line("markers", "root: needs root (uid change, chroot)")


def pytest_runtest_setup(item):
    if item.get_closest_marker("root") and os.getuid() != 0:
        pytest.skip("needs root: uid change and chroot are left out without it")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and call.when == "call":
        report.sections.append(("programs", process.dump_running()))


@pytest.fixture(autouse=True)
def _programs_end():
    yield
    process.end_running()


@pytest.fixture
def place():
    """A directory of this test alone, passable for jailed and program users; short, since UNIX sockets live in it."""
    path = tempfile.mkdtemp(prefix="ehlock-")
    os.chmod(path, 0o755)
    yield Path(path)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return certs.Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def recorder():
    """A polite backend that records every byte."""
    one = backends.Recorder()
    yield one
    one.close()


@pytest.fixture
def backend():
    """Makes backends that are closed after the test: backend(script) or backend(kind, ...)."""
    made = []

    def make(kind, *arguments, **options):
        is_class = isinstance(kind, type)
        made.append(kind(*arguments, **options) if is_class else backends.Server(kind, *arguments, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def serve(place, certificates, recorder):
    """Starts `ehlock serve`: serve(options="--require-tls", backend=..., ...). Default backend: the recorder."""
    if not front.program():
        pytest.skip("ehlock is not built (./dev build)")

    def start(options=(), backend=None, certs_used=None, **rest):
        words = options.split() if isinstance(options, str) else [str(word) for word in options]
        used = [certificates.get()] if certs_used is None else certs_used
        return front.Front(place, backend or recorder.endpoint, used, options=words, **rest)

    return start
