"""Container and Kubernetes examples, as far as they can be judged without an engine: they parse, fit together, and ehlock
takes the configuration in them."""
import json
import re
import urllib.request
from pathlib import Path

import pytest
import yaml

from harness.front import check, program
from harness.waiting import free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def objects():
    """kind -> object"""
    text = (ROOT / "examples/kubernetes/ehlock.yaml").read_text(encoding="utf-8")
    return {one["kind"]: one for one in yaml.safe_load_all(text)}


def pod(objects):
    return objects["Deployment"]["spec"]["template"]["spec"]


def test_objects_name_each_other_rightly(objects):
    assert {kind: one["apiVersion"] for kind, one in objects.items()} == {
        "ConfigMap": "v1", "Deployment": "apps/v1", "Service": "v1"}
    template = objects["Deployment"]["spec"]["template"]
    labels = template["metadata"]["labels"]
    assert objects["Deployment"]["spec"]["selector"]["matchLabels"] == labels == objects["Service"]["spec"]["selector"]
    container, = pod(objects)["containers"]
    volumes = {one["name"]: one for one in pod(objects)["volumes"]}
    assert {one["name"] for one in container["volumeMounts"]} == set(volumes)
    assert volumes["config"]["configMap"]["name"] == objects["ConfigMap"]["metadata"]["name"]
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    assert {one["targetPort"] for one in objects["Service"]["spec"]["ports"]} <= set(ports)
    assert template["metadata"]["annotations"]["prometheus.io/port"] == str(ports["metrics"])
    assert "metrics" not in {one["targetPort"] for one in objects["Service"]["spec"]["ports"]}


def test_the_probes_ask_what_the_exporter_answers(objects, serve):
    container, = pod(objects)["containers"]
    port = free_port()
    serve(f"--metrics 127.0.0.1:{port}")
    for probe, path, answer in (("readinessProbe", "/readyz", b"ready\n"), ("livenessProbe", "/healthz", b"ok\n")):
        assert container[probe]["httpGet"] == {"path": path, "port": "metrics"}
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            assert response.read() == answer


def test_what_CrowdSec_is_to_read_stands_in_the_log(serve):
    text = (ROOT / "examples/crowdsec/ehlock.yaml").read_text(encoding="utf-8")
    parser, scenario = yaml.safe_load_all(text)
    assert scenario["type"] == "leaky" and parser["onsuccess"] == "next_stage"
    front = serve("--log-format json", wait=False)
    front.wait_for('"text":"ready"')
    with front.client() as client:
        client.hello()
        client.send("STARTTLS\r\nRSET\r\n")
        client.rest()
    ended = json.loads(front.wait_for('.*"event":"session".*').group(0))
    assert set(re.findall(r"evt\.Unmarshaled\.ehlock\.(\w+)", text)) <= set(ended)
    assert ended["reason"] in scenario["filter"] and ended["client"] == "127.0.0.1"


def test_the_pod_is_left_nothing_it_does_not_need(objects):
    container, = pod(objects)["containers"]
    assert pod(objects)["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def test_ehlock_takes_the_configuration_of_the_ConfigMap(objects, place, certificates):
    if not program():
        pytest.skip("ehlock is not built (./dev build)")
    toml = objects["ConfigMap"]["data"]["ehlock.toml"]
    drain = int(re.search(r'timeout\.drain = "(\d+)s"', toml).group(1))
    assert pod(objects)["terminationGracePeriodSeconds"] > drain
    container, = pod(objects)["containers"]
    ports = sorted(one["containerPort"] for one in container["ports"])
    assert sorted(int(port) for port in re.findall(r'":(\d+)"', toml)) == ports
    mounts = {one["mountPath"] for one in container["volumeMounts"]}
    for file in re.findall(r'"(/etc/ehlock/[^"]+)"', toml):
        assert str(Path(file).parent) in mounts
    used = certificates.get()
    (place / "tickets").write_text("0" * 64, encoding="ascii")
    (place / "tickets").chmod(0o440)
    for there, here in (("/etc/ehlock/tls/tls.crt", used.cert), ("/etc/ehlock/tls/tls.key", used.key),
                        ("/etc/ehlock/tickets/secret", place / "tickets"), ("mail:10025", "127.0.0.1:10025")):
        toml = toml.replace(there, str(here))
    (place / "ehlock.toml").write_text(toml, encoding="utf-8")
    (jail := place / "jail").mkdir(mode=0o555)
    status, text = check("--config", place / "ehlock.toml", "--jail", jail)
    assert status == 0, text


def test_the_starts_of_the_README_are_taken_as_they_stand(place, certificates):
    if not program():
        pytest.skip("ehlock is not built (./dev build)")
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    server, qmail = blocks
    (jail := place / "jail").mkdir(mode=0o555)
    used = certificates.get()
    qmail = re.sub(r"backend.*\nidentity.*\n", qmail.replace("qmaild", "nobody"), server)
    for text in (server, qmail):
        text = re.sub(r'"[^"]*fullchain.pem"', f'"{used.cert}"', text)
        (place / "ehlock.toml").write_text(re.sub(r'"[^"]*privkey.pem"', f'"{used.key}"', text), encoding="utf-8")
        status, said = check("--config", place / "ehlock.toml", "--jail", jail)
        assert status == 0, said


def test_the_container_is_built_from_what_is_there_and_runs_without_root():
    lines = (ROOT / "packaging/container/Containerfile").read_text(encoding="utf-8").splitlines()
    instructions = [line.split(maxsplit=1) for line in lines if line and not line.startswith(("#", " "))]
    assert [word for word, _ in instructions].count("FROM") == 2
    for word, rest in instructions:
        if word == "COPY" and "--from" not in rest:
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
    users = [rest for word, rest in instructions if word == "USER"]
    assert users and not users[-1].startswith(("0", "root"))
    assert instructions[-2:] == [["ENTRYPOINT", '["/usr/sbin/ehlock"]'], ["CMD", '["serve"]']]


def test_the_image_has_the_libraries_the_package_asks_for():
    text = (ROOT / "packaging/container/Containerfile").read_text(encoding="utf-8")
    installed = set(re.search(r"recommends (.*?) *\\\n", text).group(1).split())
    built = sorted((ROOT / "build/package").glob("ehlock_*.deb"))
    if not built:
        pytest.skip("no package is built (./dev package)")
    from harness.process import run
    _, depends = run(["dpkg-deb", "-f", built[-1], "Depends"])
    libraries = set(re.findall(r"lib[a-z0-9+-]+", depends)) - {"libc6", "libgcc-s1"}
    assert libraries <= installed
