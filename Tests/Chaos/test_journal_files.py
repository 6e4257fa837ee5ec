"""The driver damages the places that it means. Written here by the format's description, byte by byte."""

import random
import struct

import journal_files
import pytest


def frame(first, payloads, durable):
    payload = b"".join(payloads)
    head = struct.pack("<IIQIHHQ", len(payload), 0, first, len(payloads), 1, 0, durable)
    return head + payload + bytes(-len(payload) % 8)


@pytest.fixture
def folder(tmp_path):
    header = b"FFJ1" + bytes(36) + (0x0123456789ABCDEF0123456789ABCDEF).to_bytes(16, "little") + bytes(8)
    frames = frame(1, [b"/c/one"], 0) + frame(2, [b"/c/two", b"/c/three"], 1) + frame(4, [b"/c/four"], 3)
    data = header + frames
    (tmp_path / "0000000000000001.seg").write_bytes(data + bytes(1000))
    (tmp_path / "reserve").write_bytes(b"")
    return tmp_path


def test_frames_are_found_up_to_the_zeros(folder):
    found = journal_files.frames(journal_files.segments(folder)[0])
    assert [(one.first, one.last, one.durable) for one in found] == [(1, 1, 0), (2, 3, 1), (4, 4, 3)]
    assert found[1].payload() == b"/c/two/c/three"
    assert str(journal_files.journal_id(folder)) == "01234567-89ab-cdef-0123-456789abcdef"


def test_acknowledged_is_what_a_later_frame_says_so_of(folder):
    assert [one.last for one in journal_files.acknowledged_frames(folder)] == [1, 3]
    assert journal_files.last_frame(folder).first == 4


@pytest.mark.parametrize("seed", range(30))
def test_a_spoiled_tail_leaves_every_whole_frame(folder, seed):
    file = journal_files.segments(folder)[0]
    before, end = file.read_bytes(), journal_files.last_frame(folder).end
    assert journal_files.spoil_tail(folder, random.Random(seed))
    after = file.read_bytes()
    assert after[:end] == before[:end] and after != before


def test_one_byte_is_flipped_in_its_range(folder):
    file = journal_files.segments(folder)[0]
    before = file.read_bytes()
    place = journal_files.flip(file, 64, 96, random.Random(1))
    after = file.read_bytes()
    assert [index for index in range(len(before)) if before[index] != after[index]] == [place] and 64 <= place < 96
