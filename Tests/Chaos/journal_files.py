"""The journal's files as Sources/Journal/SegmentFormat.swift describes them: enough to damage them in known places."""

import struct
import uuid
from dataclasses import dataclass
from pathlib import Path

HEADER = 64
# Of these, the bytes that mean something: the last four are padding, and changing them damages nothing.
HEADER_CONTENT = 60
FRAME_HEADER = 32


@dataclass(frozen=True)
class Frame:
    file: Path
    offset: int
    length: int
    first: int
    count: int
    durable: int

    @property
    def last(self):
        return self.first + self.count - 1

    @property
    def end(self):
        """Where the next frame begins."""
        return self.offset + (FRAME_HEADER + self.length + 7 & ~7)

    def payload(self):
        with open(self.file, "rb") as file:
            file.seek(self.offset + FRAME_HEADER)
            return file.read(self.length)


def segments(folder):
    return sorted(Path(folder).glob("*.seg"))


def journal_id(folder):
    """The id under which the database knows the journal."""
    with open(segments(folder)[-1], "rb") as file:
        return uuid.UUID(int=int.from_bytes(file.read(HEADER)[40:56], "little"))


def frames(file):
    """Those from the beginning on, up to the first bytes that can be none."""
    data = Path(file).read_bytes()
    found, offset = [], HEADER
    while offset + FRAME_HEADER <= len(data):
        length, _, first, count, kind, _, durable = struct.unpack_from("<IIQIHHQ", data, offset)
        if length == 0 or kind != 1 or offset + FRAME_HEADER + length > len(data):
            break
        frame = Frame(Path(file), offset, length, first, count, durable)
        found.append(frame)
        offset = frame.end
    return found


def spoil_tail(folder, generator, leaves_bytes=False):
    """What a write that was torn by a dying machine leaves behind the last whole frame: never acknowledged. Returns
    what was done, `None` without a segment. With `leaves_bytes` there is something for the recovery to cut off."""
    if not segments(folder):
        return None
    file = segments(folder)[-1]
    whole = frames(file)
    end = whole[-1].end if whole else HEADER
    size = file.stat().st_size
    kinds = ["noise"] + (["half a frame"] if whole else []) + ([] if leaves_bytes else ["truncated"])
    kind = generator.choice(kinds)
    room = size - end
    if kind == "truncated":
        with open(file, "r+b") as target:
            target.truncate(end + min(generator.randint(0, 40), room))
        return f"{file.name} truncated behind byte {end}"
    if kind == "noise":
        bytes_ = generator.randbytes(min(generator.randint(1, 5000), room))
    else:
        last = whole[-1]
        data = file.read_bytes()
        # As if the next frame's first half had come to the disk: a plausible header, and a body that is not whole.
        header = bytearray(data[last.offset : last.offset + FRAME_HEADER])
        struct.pack_into("<Q", header, 8, last.last + 1)
        bytes_ = (bytes(header) + data[last.offset + FRAME_HEADER : last.offset + FRAME_HEADER + last.length // 2])[:room]
    with open(file, "r+b") as target:
        target.seek(end)
        target.write(bytes_)
    return f"{file.name}: {kind}, {len(bytes_)} bytes behind byte {end}"


def acknowledged_frames(folder):
    """Frames of which a later one says that they had been durable, oldest first."""
    all_frames = [frame for file in segments(folder) for frame in frames(file)]
    durable = max((frame.durable for frame in all_frames), default=0)
    return [frame for frame in all_frames if frame.last <= durable]


def last_frame(folder):
    """The newest frame of all."""
    found = [frame for file in segments(folder) for frame in frames(file)]
    return found[-1] if found else None


def flip(file, begin, end, generator):
    """Changes one byte between two places of a file. Returns which."""
    place = generator.randrange(begin, end)
    with open(file, "r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ generator.randint(1, 255)]))
    return place
