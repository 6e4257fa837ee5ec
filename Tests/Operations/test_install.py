"""`make install` and `make uninstall` into a folder that stands for the machine's root."""

import os
import re
import shutil
import subprocess

import pytest
from nginx_server import PROGRAM, ROOT

UNITS = ["footfall.service", "footfall-ingest.socket", "footfall-web.socket"]
ETC = ["footfall/footfall.json5", "nginx/footfall-http.conf", "nginx/footfall-server.conf"]


class Machine:
    def __init__(self, root, prefix="/usr/local"):
        self.root = root
        self.prefix = root / prefix[1:]
        self.words = [f"DESTDIR={root}", f"PREFIX={prefix}"]
        self.units = self.prefix / "lib/systemd/system"

    def make(self, target):
        done = subprocess.run(["make", "-s", target, *self.words], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def files(self):
        return {str(file.relative_to(self.root)) for file in self.root.rglob("*") if not file.is_dir()}


@pytest.fixture(params=["/usr/local", "/opt/foot-fall"])
def machine(request, tmp_path):
    machine = Machine(tmp_path / "root", request.param)
    machine.make("install")
    return machine


def test_all_that_a_machine_needs_is_there(machine):
    program = machine.prefix / "bin/footfall"
    assert os.access(program, os.X_OK)
    # That the program finds the migrations from where it lies is test_replay.py's, which has a database.
    check = subprocess.run(
        [program, "check", "--config", machine.root / "etc/footfall/footfall.json5"], capture_output=True, text=True, env={}
    )
    assert check.returncode == 0, check.stderr
    names = {file.name for file in (ROOT / "config/migrations").iterdir()}
    assert {file.name for file in (machine.prefix / "share/footfall/migrations").iterdir()} == names
    for name in ETC:
        source = ROOT / ("config" if name.startswith("footfall/") else "nginx") / name.split("/")[1]
        assert (machine.root / "etc" / name).read_text() == source.read_text()


@pytest.mark.parametrize(
    "file, line",
    [
        ("footfall/footfall.json5", '    web_url: "postgresql://footfall_web:x@127.0.0.1/footfall",'),
        ("footfall/footfall.json5", '{ database: { "web_url_file": "/etc/footfall/web-url" } }'),
        ("footfall/environment", "FOOTFALL_DATABASE_WEB_URL=postgresql://footfall_web:x@127.0.0.1/footfall"),
    ],
)
def test_the_dashboards_login_is_asked_for_until_there_is_one(tmp_path, file, line):
    """The gateway does not start without, and an older installation has none."""
    machine = Machine(tmp_path / "root")
    wanted = "sudo -u postgres createuser --pwprompt footfall_web"
    assert wanted in machine.make("install")
    path = machine.root / "etc" / file
    path.write_text(line.replace("web_url", "// web_url").replace("FOOTFALL_", "# FOOTFALL_"))
    assert wanted in machine.make("install")
    path.write_text(line)
    text = machine.make("install")
    assert "README.md" in text and wanted not in text


def test_everybody_can_read_what_was_installed_however_strict_the_callers_umask(tmp_path):
    machine = Machine(tmp_path / "root")
    before = os.umask(0o077)
    try:
        machine.make("install")
    finally:
        os.umask(before)
    for path in (machine.root / "usr/local").rglob("*"):
        assert path.stat().st_mode & 0o444 == 0o444, path


def test_systemd_has_nothing_to_complain_about(machine, tmp_path):
    # systemd looks for the program where the unit says; here that is below the folder.
    units = tmp_path / "units"
    units.mkdir()
    for name in UNITS:
        text = (machine.units / name).read_text()
        program = str(machine.prefix).removeprefix(str(machine.root)) + "/bin/footfall"
        if name == "footfall.service":
            assert f"ExecStart={program} serve" in text
        (units / name).write_text(text.replace(program, str(machine.prefix / "bin/footfall")))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(units / name for name in UNITS)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # Of 10, which is no protection at all.
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", units / "footfall.service"],
        capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stdout[-300:]


def options(text):
    return dict(line.split("=", 1) for line in text.splitlines() if re.match(r"\w+=", line))


def test_the_units_say_what_was_promised(machine):
    service = options((machine.units / "footfall.service").read_text())
    assert service["LimitCORE"] == "0"
    assert service["RuntimeDirectoryPreserve"] == "yes"
    assert service["Restart"] == "always"
    assert service["NoNewPrivileges"] == "yes"
    # Else the day's salts would be removed at every stop, and its visitors counted anew.
    assert service["RemoveIPC"] == "no"
    assert "/dev/shm" in service["ReadWritePaths"]
    stop_seconds = int(re.search(r"stop_seconds: (\d+)", (ROOT / "config/footfall.json5").read_text())[1])
    assert int(service["TimeoutStopSec"]) > stop_seconds * 2 + 5
    paths = dict(re.findall(r"(ingest|web): \"(/\S+)\"", (ROOT / "config/footfall.json5").read_text()))
    for name, path in paths.items():
        socket = options((machine.units / f"footfall-{name}.socket").read_text())
        assert (socket["ListenStream"], socket["FileDescriptorName"]) == (path, name)
        assert (socket["SocketMode"], socket["SocketGroup"], socket["Backlog"]) == ("0660", "www-data", "4096")
        assert f"footfall-{name}.socket" in service["Sockets"]
        # Before the socket: systemd would give a folder of root's to the gateway when that starts, and the sockets with
        # it, away from nginx's group (seen with systemd 252).
        assert socket["ExecStartPre"].endswith("install -d -o footfall -g footfall -m 755 /run/footfall")


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to others, which only root can")
def test_user_and_folders_are_made_for_gateway_and_nginx(machine):
    (machine.root / "etc/group").write_text("root:x:0:\nwww-data:x:33:\n")
    (machine.root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n")
    for tool, folder in (("systemd-sysusers", "sysusers.d"), ("systemd-tmpfiles", "tmpfiles.d")):
        words = ["--create"] if tool == "systemd-tmpfiles" else []
        file = machine.prefix / "lib" / folder / "footfall.conf"
        done = subprocess.run([tool, f"--root={machine.root}", *words, file], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    line = re.search(r"^footfall:[^:]*:(\d+):(\d+):.*:(\S+)$", (machine.root / "etc/passwd").read_text(), re.M)
    user, group = int(line[1]), int(line[2])
    assert 0 < user < 1000 and line[3].endswith("nologin")
    expected = {"var/lib": (user, group, 0o700), "var/spool": (user, 33, 0o2770)}
    for folder, owner in expected.items():
        status = (machine.root / folder / "footfall").stat()
        assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == owner, folder


def nginx_place(machine):
    """The operator's nginx.conf with the two includes, as README.md says."""
    folder = machine.root / "etc/nginx"
    shutil.copy("/etc/nginx/fastcgi_params", folder)
    (folder / "nginx.conf").write_text(
        f"pid {machine.root}/nginx.pid; events {{}} http {{ access_log off; include footfall-http.conf;"
        " server { listen 127.0.0.1:8080; include footfall-server.conf; } }"
    )
    return folder


def test_nginx_takes_the_installed_includes(machine):
    folder = nginx_place(machine)
    done = subprocess.run(
        [PROGRAM, "-t", "-q", "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_the_operator_has_changed_stays_as_it_is(machine):
    changed, untouched, removed = (machine.root / "etc" / name for name in ETC)
    changed.write_text("{ /* mine */ }")
    # As an older version would have left it: not changed since.
    pristine = machine.prefix / "share/footfall/installed" / ETC[1]
    for file in (untouched, pristine):
        file.write_text("# an older version\n")
    removed.unlink()
    # A new version of what was changed is put beside it; nobody is bothered with what is not new.
    assert "mine" not in machine.make("install") and not changed.with_name(changed.name + ".new").exists()
    (machine.prefix / "share/footfall/installed" / ETC[0]).write_text("// an older version\n")
    assert f"{changed} was changed by you" in machine.make("install")
    assert changed.read_text() == "{ /* mine */ }"
    assert changed.with_name(changed.name + ".new").read_text() == (ROOT / "config/footfall.json5").read_text()
    assert untouched.read_text() == (ROOT / "nginx/footfall-http.conf").read_text()
    assert removed.exists()


def test_uninstalling_takes_the_program_and_keeps_the_data(machine):
    data = [machine.root / name for name in ("var/lib/footfall/journal/1.seg", "var/spool/footfall/events-1.log")]
    for file in data:
        file.parent.mkdir(parents=True)
        file.write_text("data")
    configuration = machine.root / "etc/footfall/footfall.json5"
    configuration.write_text("{ /* mine */ }")
    machine.make("uninstall")
    assert machine.files() == {str(file.relative_to(machine.root)) for file in [*data, configuration]}
    # And once more is no harm, nor is another installation.
    machine.make("uninstall")
    machine.make("install")
    assert configuration.read_text() == "{ /* mine */ }"


def test_uninstalling_does_not_break_the_nginx_that_includes_us(machine):
    folder = nginx_place(machine)
    text = machine.make("uninstall")
    for name in ETC[1:]:
        assert f"etc/{name} stays: nginx's configuration includes it" in text
    done = subprocess.run([PROGRAM, "-t", "-q", "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"])
    assert done.returncode == 0
    (folder / "nginx.conf").write_text("events {}\n")
    machine.make("install")
    machine.make("uninstall")
    assert not (folder / "footfall-http.conf").exists() and not (folder / "footfall-server.conf").exists()


def test_without_a_build_it_says_what_to_do(tmp_path):
    environment = os.environ | {"DESTDIR": str(tmp_path), "FOOTFALL_RUN_BINARY": str(tmp_path / "none")}
    done = subprocess.run([ROOT / "tools/install", "install"], capture_output=True, text=True, env=environment)
    assert done.returncode == 1 and "make build" in done.stderr
    assert list(tmp_path.iterdir()) == []
