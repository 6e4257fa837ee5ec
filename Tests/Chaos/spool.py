"""nginx's spool as the driver sees it: every line that was ever in it, also of files that a replay has deleted."""

import json
import os
import re
import threading
from pathlib import Path

# An event's id in a line. nginx's own id of the request is found, too; it is none of ours.
ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")

# Tens of seconds since 1970: what bears a greater number was named by nginx.
OLDEST_NUMBER = 100_000_000


class Spool:
    """Watches the folder and keeps a second name for each file, so that none goes before it was read."""

    def __init__(self, folder, copies):
        self.folder = Path(folder)
        self.copies = Path(copies)
        self.copies.mkdir(exist_ok=True)
        self._read = {}
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self):
        self._is_over.set()

    def _watch(self):
        # nginx's files live for five seconds at least, those that `finish` has renamed for as long as a replay takes to start.
        while not self._is_over.wait(0.1):
            self.sweep()

    def files(self):
        return sorted(self.folder.glob("events-*.log"))

    def sweep(self):
        with self._lock:
            for file in self.files():
                try:
                    copy = self.copies / str(file.stat().st_ino)
                    if not copy.exists():
                        os.link(file, copy)
                except FileNotFoundError:
                    continue  # a replay was faster than the listing; the copy had been made before

    def finish(self):
        """Files of the last seconds might still be written to, and would not be replayed yet: under an older name they
        are, and nginx begins another one if it has to. Nobody may be sending through nginx."""
        self.sweep()
        for file in self.files():
            number = int(file.stem.removeprefix("events-"))
            if number > OLDEST_NUMBER:
                try:
                    file.rename(self.folder / f"events-{number - OLDEST_NUMBER}.log")
                except FileNotFoundError:
                    continue

    def take(self):
        """The ids in each line that has come since the last call."""
        self.sweep()
        lines = []
        with self._lock:
            for copy in sorted(self.copies.iterdir()):
                all_lines = copy.read_bytes().splitlines(keepends=True)
                begin = self._read.get(copy.name, 0)
                whole = [line for line in all_lines if line.endswith(b"\n")]
                lines += whole[begin:]
                self._read[copy.name] = len(whole)
                if copy.stat().st_nlink == 1:
                    copy.unlink()
                    del self._read[copy.name]
        return [ids(line) for line in lines]

    def refused(self):
        """The ids in `refused.log`, which is emptied."""
        file = self.folder / "refused.log"
        lines = file.read_bytes().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return {id for line in lines for id in ids(line)}


def ids(line):
    text = line.decode("latin-1")
    try:
        values = json.loads(text)
        # Which events these are, body and query tell; elsewhere may stand the request's own id.
        text = values.get("body", "") + " " + values.get("query", "")
    except (ValueError, AttributeError):
        pass
    return list(dict.fromkeys(ID.findall(text)))
