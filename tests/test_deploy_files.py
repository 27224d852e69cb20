"""What `deploy/` starts is what the repository has: every path, port, variable and command."""

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.cli import parser
from streams.settings import Settings, load
from tests.brokers import KAFKA_VERSION
from tests.certificates import an_authority

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VARIABLES = {f"REACHLINE_{field.name.upper()}" for field in fields(Settings)}
OURS = [name for name, service in SERVICES.items() if service["image"] == "reachline"]
KUBERNETES: list[dict[str, Any]] = list(
    yaml.safe_load_all((DEPLOY / "kubernetes" / "reachline.yaml").read_text())
)


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [each for each in KUBERNETES if each["kind"] == kind]


def without_defaults(command: str) -> str:
    """A command after Compose has filled in the defaults of its variables."""
    return re.sub(r"\$\{\w+:-(\w+)\}", r"\1", command)


def test_every_mounted_path_is_in_the_repository() -> None:
    for volume in [each for service in SERVICES.values() for each in service.get("volumes", [])]:
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (DEPLOY / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_commands_that_exist_with_settings_that_exist(name: str) -> None:
    service = SERVICES[name]
    parser().parse_args(shlex.split(without_defaults(service["command"])))
    assert set(service["environment"]) <= VARIABLES
    load(service["environment"])


def test_the_image_is_built_from_files_that_are_there_and_let_in() -> None:
    assert {SERVICES[name]["build"]["dockerfile"] for name in OURS} == {"deploy/Dockerfile"}
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for line in (DEPLOY / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in let_in, source


def test_the_images_command_and_ports_are_the_workers() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    assert f"EXPOSE {Settings().web_port}" in text
    assert 'ENTRYPOINT ["reachline"]' in text
    parser().parse_args(["worker"])


def test_whoever_depends_on_a_service_names_one() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", [])) <= set(SERVICES)


def test_addresses_between_the_services_lead_somewhere() -> None:
    listens = {
        "kafka": re.findall(r"://:(\d+)", SERVICES["kafka"]["environment"]["KAFKA_LISTENERS"]),
        "worker": [str(Settings().web_port)],
        "prometheus": ["9090"],
        "alertmanager": ["9093"],
        "grafana": ["3000"],
    }
    text = (DEPLOY / "compose.yaml").read_text() + (DEPLOY / "compose/prometheus.yml").read_text()
    told = re.findall(rf"\b({'|'.join(listens)}):(\d{{4,5}})\b", text)
    assert len(told) > 5
    for host, port in told:
        assert port in listens[host], f"{host}:{port}"


def test_the_workers_are_published_each_on_a_port_of_its_own() -> None:
    worker = SERVICES["worker"]
    first, last = re.fullmatch(r"127\.0\.0\.1:(\d+)-(\d+):6066", worker["ports"][0]).groups()  # type: ignore[union-attr]
    assert int(first) == Settings().web_port
    assert int(last) - int(first) + 1 == worker["deploy"]["replicas"]


def test_nothing_is_published_beyond_this_machine() -> None:
    for service in SERVICES.values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")


def test_kafka_is_the_one_that_the_tests_run_on() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"


def test_kafka_is_well_when_it_answers_where_the_services_ask() -> None:
    check = shlex.split(SERVICES["kafka"]["healthcheck"]["test"])
    settings = load(SERVICES["worker"]["environment"])
    assert check[check.index("--bootstrap-server") + 1] == settings.broker
    for name in OURS:
        waits_for = SERVICES[name]["depends_on"]
        assert waits_for.keys() <= {"kafka", "topics"}
    assert SERVICES["topics"]["depends_on"]["kafka"]["condition"] == "service_healthy"


def test_grafana_is_the_one_whose_components_draw_the_pictures() -> None:
    package = json.loads((ROOT / "tests" / "wallboard" / "app" / "package.json").read_text())
    drawn_with = {package["dependencies"][name] for name in ("@grafana/ui", "@grafana/data")}
    assert {SERVICES["grafana"]["image"]} == {f"grafana/grafana:{each}" for each in drawn_with}


def test_every_image_has_a_version() -> None:
    for name, service in SERVICES.items():
        if name not in OURS:
            assert re.fullmatch(r"[\w/]+:v?\d+\.\d+\.\d+", service["image"]), service["image"]


def test_compose_has_the_same_prometheus_but_for_addresses() -> None:
    def told(path: str) -> dict[str, Any]:
        config: dict[str, Any] = yaml.safe_load((DEPLOY / path).read_text())
        for job in [*config["scrape_configs"], *config["alerting"]["alertmanagers"]]:
            for key in [key for key in job if key.endswith("_configs")]:
                del job[key]
        return config

    assert told("compose/prometheus.yml") == told("prometheus/prometheus.yml")


def test_grafana_is_given_the_variables_and_paths_that_its_provisioning_names() -> None:
    provisioning = ROOT / "grafana" / "provisioning"
    wanted = set()
    paths = set()
    for file in provisioning.rglob("*.yaml"):
        wanted |= set(re.findall(r"\$\{(\w+)\}", file.read_text()))
        paths |= set(re.findall(r"path: (/\S+)", file.read_text()))
    grafana = SERVICES["grafana"]
    mounted = {volume.split(":")[1]: volume.split(":")[0] for volume in grafana["volumes"]}
    assert wanted and wanted <= set(grafana["environment"])
    assert paths and paths <= set(mounted)
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    (of_dashboards,) = paths
    at = DEPLOY / mounted[of_dashboards] / Path(home).relative_to(of_dashboards)
    assert at.is_file()


def test_links_in_alerts_lead_to_the_runbooks_that_grafana_serves() -> None:
    settings = load(SERVICES["worker"]["environment"])
    target = settings.runbooks.removeprefix(settings.grafana)
    volumes = SERVICES["grafana"]["volumes"]
    assert f"./runbooks:/usr/share/grafana{target}:ro" in volumes


def test_systemd_runs_commands_that_exist_with_settings_that_exist() -> None:
    unit = (DEPLOY / "systemd" / "reachline-worker@.service").read_text()
    commands = re.findall(r"^ExecStart\w*=\S+/reachline (.+)$", unit, re.M)
    assert len(commands) == 2
    for command in commands:
        parser().parse_args(shlex.split(command))
    environment = dict(
        line.split("=", 1)
        for line in (DEPLOY / "systemd" / "worker.env").read_text().splitlines()
        if line and not line.startswith("#")
    )
    assert set(environment) <= VARIABLES
    load(environment)
    for path in re.findall(r"(?:deploy/\S+|requirements\S*)", unit):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").glob("reachline-import-*")))
def test_systemd_runs_an_import_that_exists(unit: Path) -> None:
    text = unit.read_text()
    commands = re.findall(r"^#?ExecStart=\S+/reachline (.+)$", text, re.M)
    assert commands
    for command in commands:
        arguments = parser().parse_args(shlex.split(command))
        assert arguments.to == "kafka" and (arguments.follow or arguments.kind == "asterisk-ami")
        # What is secret is in files that systemd hands on, never in the list of processes.
        for name in ("key_file", "secret_file", "spool_key_file", "dsn_file"):
            if file := getattr(arguments, name):
                assert str(file.parent) == "%d"
                assert f"LoadCredential={file.name}:/etc/reachline/" in text
        if arguments.spool is not None:
            assert f"StateDirectory={arguments.spool.name}" in text
    for path in re.findall(r"deploy/[\w./@-]+\w", text):
        assert (ROOT / path).exists(), path


def test_kubernetes_runs_commands_that_exist_with_settings_that_exist() -> None:
    (settings,) = of_kind("ConfigMap")
    assert set(settings["data"]) <= VARIABLES
    given = load(settings["data"])
    (service,) = of_kind("Service")
    assert given.peers == f"{service['metadata']['name']}:{given.web_port}"
    for workload in (*of_kind("Job"), *of_kind("Deployment")):
        pod = workload["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        parser().parse_args(container["args"])
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert str(given.plan).startswith(mounts["plan"])
        assert container["envFrom"] == [{"configMapRef": {"name": settings["metadata"]["name"]}}]


def secured(text: str, files: Path) -> str:
    """A file as it is for a Kafka that wants TLS and a password: nothing of it is commented out,
    and the secrets are where a test may put them."""
    text = re.sub(r"^( *)#(?=\S)", r"\1", text, flags=re.M)
    for at in ("/etc/reachline-kafka/", "/run/secrets/kafka-", "%d/kafka-"):
        text = text.replace(at, f"{files}/")
    return text.replace("/etc/reachline/kafka-ca.pem", f"{files}/ca.pem")


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    ca = an_authority(tmp_path).certificate
    (tmp_path / "ca").write_bytes(ca.read_bytes())
    (tmp_path / "password").write_text("correct horse\n")
    return tmp_path


def test_systemd_goes_to_a_secured_kafka(secrets: Path) -> None:
    text = secured((DEPLOY / "systemd" / "worker.env").read_text(), secrets)
    environment = dict(re.findall(r"^(REACHLINE_\w+)=(.+)$", text, re.M))
    unit = secured((DEPLOY / "systemd" / "reachline-worker@.service").read_text(), secrets)
    environment |= dict(re.findall(r"^Environment=(REACHLINE_KAFKA\w+)=(.+)$", unit, re.M))
    assert "\nLoadCredential=kafka-password:/etc/reachline/kafka-password\n" in unit
    assert load(environment).kafka_sasl_password == "correct horse"


def test_kubernetes_goes_to_a_secured_kafka(secrets: Path) -> None:
    text = (DEPLOY / "kubernetes" / "reachline.yaml").read_text()
    for each in yaml.safe_load_all(secured(text, Path("/etc/reachline-kafka"))):
        if each["kind"] in ("Job", "Deployment"):
            pod = each["spec"]["template"]["spec"]
            (container,) = pod["containers"]
            assert container["volumeMounts"][-1]["mountPath"] == "/etc/reachline-kafka"
            assert container["volumeMounts"][-1]["name"] == pod["volumes"][-1]["name"]
    settings = next(yaml.safe_load_all(secured(text, secrets)))
    assert load(settings["data"]).kafka_sasl_password == "correct horse"


def test_compose_goes_to_a_secured_kafka(secrets: Path) -> None:
    compose = yaml.safe_load(secured((DEPLOY / "compose.yaml").read_text(), secrets))
    for name in OURS:
        assert {*compose["services"][name]["secrets"]} == {*compose["secrets"]}
    environment = compose["services"]["worker"]["environment"]
    assert load(environment).kafka_sasl_password == "correct horse"


def test_kubernetes_asks_pages_that_the_worker_has() -> None:
    pages = (ROOT / "streams" / "engine" / "http").glob("*.py")
    served = "".join(page.read_text() for page in pages)
    (deployment,) = of_kind("Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    for probe in ("readinessProbe", "livenessProbe"):
        assert f'add_get("{container[probe]["httpGet"]["path"]}"' in served
    assert container["ports"] == [{"name": "http", "containerPort": Settings().web_port}]


def test_compose_itself_reads_the_file() -> None:
    """Where Compose is installed; Docker itself need not run."""
    for words in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(words[0]) is None:
            continue
        version = subprocess.run([*words, "version", "--short"], capture_output=True, text=True)
        if version.returncode == 0 and version.stdout.lstrip("v") >= "2":
            break
    else:
        pytest.skip("Docker Compose 2 is not installed")
    done = subprocess.run(
        [*words, "-f", str(DEPLOY / "compose.yaml"), "config", "-q"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
