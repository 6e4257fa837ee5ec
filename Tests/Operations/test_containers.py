"""Dockerfile and docker-compose.yml by the rules of the compose specification. No Docker engine runs where these tests
do, so that everything which can be checked without one is."""

import fnmatch
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from stack import BINARY

ROOT = Path(__file__).resolve().parents[2]

# https://github.com/compose-spec/compose-spec/blob/main/spec.md: the keys that we use, with their types.
TOP_LEVEL = {"name": str, "services": dict, "networks": dict, "volumes": dict}
SERVICE = {
    "build": dict, "image": str, "environment": dict, "command": list, "entrypoint": list, "volumes": list,
    "ports": list, "networks": list, "depends_on": dict, "healthcheck": dict, "restart": str, "read_only": bool,
    "cap_drop": list, "security_opt": list, "ulimits": dict, "tmpfs": list, "shm_size": str, "stop_grace_period": str,
}
HEALTHCHECK = {
    "test": list, "interval": str, "timeout": str, "retries": int, "start_period": str, "disable": bool,
}
DURATION = re.compile(r"^(\d+(us|ms|s|m|h))+$")
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:?[-?][^}]*)?\}")


@pytest.fixture(scope="module")
def text():
    return (ROOT / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def compose(text):
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


@pytest.fixture(scope="module")
def stages():
    """The Dockerfile's stages: name, image that it begins with, and its instructions as (word, rest)."""
    stages = []
    lines = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.M))
    for line in filter(None, map(str.strip, lines.splitlines())):
        word, rest = line.split(None, 1)
        if word == "FROM":
            image, *name = re.fullmatch(r"(\S+)(?: AS (\S+))?", rest).groups()
            stages.append({"name": name[0], "image": image, "steps": []})
        else:
            stages[-1]["steps"].append((word, rest))
    return {stage["name"]: stage for stage in stages}


def of_type(value, types, where):
    for key, kind in value.items():
        if key.startswith("x-"):
            continue
        assert key in types, f"{where}: {key} is no key of the specification"
        assert isinstance(kind, types[key]), f"{where}.{key} must be a {types[key].__name__}"


def test_every_key_and_type_is_the_specifications(compose, services):
    of_type(compose, TOP_LEVEL, "docker-compose.yml")
    for name, service in services.items():
        of_type(service, SERVICE, name)
        assert ("image" in service) != ("build" in service), f"{name}: image or build"
        for value in service.get("environment", {}).values():
            assert isinstance(value, (str, int)), f"{name}: variables are texts"


def test_every_service_says_how_it_is_and_how_it_ends(services):
    for name, service in services.items():
        check = service["healthcheck"]
        of_type(check, HEALTHCHECK, f"{name}.healthcheck")
        if name == "migrate":
            assert check == {"disable": True} and service["restart"] == "no"
            continue
        assert check["test"][0] in ("CMD", "CMD-SHELL")
        for key in ("interval", "timeout"):
            assert DURATION.match(check[key]), f"{name}: {key}"
        assert service["restart"] == "unless-stopped"
        if "stop_grace_period" in service:
            assert DURATION.match(service["stop_grace_period"])


def test_services_wait_for_what_can_be_waited_for(services):
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in services, f"{name} waits for {other}, which is none"
            assert how["condition"] in CONDITIONS
            if how["condition"] == "service_healthy":
                assert not services[other]["healthcheck"].get("disable"), f"{other} never gets healthy"
            if how["condition"] == "service_completed_successfully":
                assert services[other]["restart"] == "no", f"{other} never completes"
    assert not {"gateway", "nginx", "migrate"} & set(services["postgres"].get("depends_on", {}))
    assert "depends_on" not in services["redis"], "`docker compose up postgres redis` starts these two"


def test_every_volume_network_and_path_exists(compose, services):
    volumes, networks = set(), set()
    for service in services.values():
        networks.update(service.get("networks", []))
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
            else:
                volumes.add(source)
    assert volumes == set(compose["volumes"])
    assert networks == set(compose["networks"])


def test_ports_are_open_to_this_machine_only(services):
    inside = {"postgres": "5432", "redis": "6379", "nginx": "8080"}
    for name, service in services.items():
        for port in service.get("ports", []):
            assert re.fullmatch(r"127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:" + inside[name], port), port
    assert {name for name in services if "ports" in services[name]} == set(inside)


def test_every_variable_is_documented_and_every_documented_one_used(text, services):
    documented = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    used = {name for name, _ in VARIABLE.findall(text)}
    assert used == documented
    # What has no default in compose is required, and so empty in the example.
    required = {name for name, rest in VARIABLE.findall(text) if rest.startswith(":?")}
    empty = set(re.findall(r"^([A-Z_]+)=$", (ROOT / ".env.example").read_text(), re.M))
    assert required == empty


def test_the_gateway_minds_none_of_the_variables(text, tmp_path):
    """`footfall check` refuses FOOTFALL_ variables that it does not know: a whole .env in its environment must not."""
    names = {name for name, _ in VARIABLE.findall(text)}
    environment = {"PATH": "/usr/bin:/bin"} | {name: "1" for name in names}
    command = [BINARY, "check", "--config", ROOT / "config/footfall.json5"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_options_in_the_environment_are_options(services, tmp_path):
    for name in ("gateway", "migrate"):
        environment = {"PATH": "/usr/bin:/bin"}
        for key, value in services[name]["environment"].items():
            # The default, where there is one.
            environment[key] = VARIABLE.sub(lambda found: re.sub(r"^:?-|^:\?.*", "", found[2] or "") or "x", str(value))
        command = [BINARY, "check", "--config", ROOT / "config/footfall.json5"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_the_dashboard_has_a_login_of_its_own_which_the_database_gets(services, text):
    """Both roles of tools/role.sql, each with the password that its URL has."""
    urls = services["gateway"]["environment"]
    roles = {"FOOTFALL_DATABASE_URL": "footfall", "FOOTFALL_DATABASE_WEB_URL": "footfall_web"}
    made = services["postgres"]["environment"]
    for name, role in roles.items():
        login, variable = re.fullmatch(r"postgresql://(\w+):\$\{(\w+):\?[^}]*\}@postgres:5432/footfall", urls[name]).groups()
        password = name.removesuffix("URL") + "PASSWORD"
        assert login == role and VARIABLE.match(made[password])[1] == variable
        assert re.search(rf"^\\getenv \w+ {password}$", (ROOT / "tools/role.sql").read_text(), re.M)
    assert len({urls[name] for name in roles}) == 2
    # `footfall migrate` gives the dashboard's what it needs.
    assert services["migrate"]["environment"].items() >= urls.items()


def test_images_are_pinned(services, stages):
    images = [service["image"] for service in services.values() if "image" in service]
    for image in images + [stage["image"] for stage in stages.values()]:
        assert re.fullmatch(r"[a-z]+:[a-z0-9.-]*(\d|bookworm)[a-z0-9.-]*", image) and "latest" not in image, image
    for service in services.values():
        if "build" in service:
            assert service["build"]["target"] in stages


def test_the_images_steps_are_those_of_make_run(stages):
    build = [rest for word, rest in stages["build"]["steps"] if word == "RUN"]
    assert build[0] == "tools/setup build"
    assert re.match(r"tools/tracker && tools/build && ", build[1])
    run = (ROOT / "tools/run").read_text()
    for step in ("tools/setup", "tools/tracker", "tools/build"):
        assert step in run
    assert "--static-swift-stdlib" in (ROOT / "tools/build").read_text()


def test_the_run_stage_has_the_libraries_that_the_program_asks_for(stages):
    needed = subprocess.run(["readelf", "--dynamic", "--wide", BINARY], capture_output=True, text=True, check=True).stdout
    libraries = re.findall(r"\(NEEDED\).*\[(\S+)\]", needed)
    assert {"libfcgi.so.0", "libpq.so.5", "libsodium.so.23", "liboath.so.0", "libqrencode.so.4"} <= set(libraries)
    listed = subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=True).stdout
    wanted = set()
    for library in libraries:
        path = re.search(rf"{re.escape(library)} => (\S+)", listed)
        # What loads the others is no library that anybody installs. dpkg knows the name, not always by /usr.
        if path:
            name = Path(path[1]).resolve().name
            owner = subprocess.run(["dpkg", "-S", f"*/{name}"], capture_output=True, text=True, check=True).stdout
            wanted.add(owner.split(":")[0])
    # In every Debian.
    wanted -= {"libc6", "libgcc-s1", "libstdc++6"}
    packages = (ROOT / "tools/packages").read_text()
    image = re.search(r"^\[image\]\n(.*?)(?=^\[|\Z)", packages, re.S | re.M)[1]
    assert wanted <= {line.split()[0] for line in image.splitlines() if line and not line.startswith("#")}
    assert any("setup image " in rest for word, rest in stages["gateway"]["steps"] if word == "RUN")


def test_nobody_in_a_container_is_root_and_the_gateway_says_how_it_is(stages):
    for name in ("gateway", "nginx"):
        assert re.fullmatch(r"\d{5}:\d{5}", dict(stages[name]["steps"])["USER"])
    groups = {dict(stages[name]["steps"])["USER"].split(":")[1] for name in ("gateway", "nginx")}
    assert len(groups) == 1, "nginx reaches the sockets, which are 0660, by the group"
    assert "footfall" in dict(stages["gateway"]["steps"])["HEALTHCHECK"]


def test_what_is_copied_is_there_and_not_kept_out(stages):
    ignored = [
        line.strip() for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")
    ]
    for stage in stages.values():
        for word, rest in stage["steps"]:
            if word != "COPY":
                continue
            parts = rest.split()
            if parts[0].startswith("--from="):
                assert parts[0].removeprefix("--from=") in stages
                continue
            for source in parts[:-1]:
                assert (ROOT / source).exists(), source
                assert not any(fnmatch.fnmatch(source, pattern) for pattern in ignored), f"{source} is kept out"
    # Secrets and other machines' builds never get into an image.
    assert {".env", ".git", ".build", ".run"} <= set(ignored)
