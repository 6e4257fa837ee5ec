"""What the store `file` has written: the ids of events in its NDJSON files, finished or not."""

import json
import subprocess
import time
from collections import Counter
from pathlib import Path

import stack


class EventFiles:
    """The folder of one round, and the configuration that has the store in the chain."""

    # Files are finished all the time: the smallest size that the plugin allows, and two seconds.
    SETTINGS = '{{ plugin: "file", settings: {{ folder: "{folder}", compress: "{compress}", rotate_bytes: 65536, rotate_seconds: 2 }} }},'
    COMMENTED = '// { plugin: "file", '

    def __init__(self, state, number, compress):
        self.folder = Path(state) / f"events-{number:03}"
        self.config = Path(state) / f"config-{number:03}.json5"
        lines = (stack.ROOT / "config/footfall.json5").read_text().splitlines()
        places = [place for place, line in enumerate(lines) if self.COMMENTED in line]
        if len(places) != 1:
            raise RuntimeError("config/footfall.json5 has no line with the store `file` to switch on")
        lines[places[0]] = self.SETTINGS.format(folder=self.folder, compress=compress)
        self.config.write_text("\n".join(lines) + "\n")

    def rows(self, sites):
        """(id, domain, path, name) of each line of these sites, from all files as they were at one moment: one that is
        finished, and so renamed, while they are read would be missed."""
        for _ in range(200):
            try:
                return self.rows_once(sites)
            except FileNotFoundError:
                time.sleep(0.02)
        raise RuntimeError(f"the files in {self.folder} never hold still")

    def rows_once(self, sites):
        """The same. A last line that is not whole is being written."""
        names = sorted(self.folder.glob("file-*"))
        found = []
        for file in names:
            if ".ndjson" not in file.name or ".dead." in file.name:
                continue
            data = file.read_bytes()
            if ".zst" in file.name:
                data = subprocess.run(["zstd", "-dcq"], input=data, capture_output=True).stdout
            for line in data.splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    continue
                event = json.loads(line)
                if event["site"] in sites:
                    found.append((event["id"].replace("-", ""), sites[event["site"]], event.get("path"), event["name"]))
        if sorted(self.folder.glob("file-*")) != names:
            raise FileNotFoundError(self.folder)
        return found

    def ids(self, sites):
        return Counter(row[0] for row in self.rows(sites))

    def dead(self):
        return [line for file in self.folder.glob("*.dead.ndjson") for line in file.read_bytes().splitlines()]
