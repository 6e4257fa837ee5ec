"""The disk tears and lies: bytes of the journal are not what was written."""

import journal_files
from fault import Fault, has_journal, pause


class TornTail(Fault):
    """A write that a dying machine tore: what nobody was told about is cut off, and nothing else."""

    name = "torn end of the journal"
    is_vital = True

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        for _ in range(2):
            pause(round, 0.3, 1)
            round.gateway.kill_all()
            round.spoil_tail()
            round.gateway.start()
            pause(round, 0.2, 0.5)


class Damaged(Fault):
    """Bytes of acknowledged events change on the disk: they are set aside with an alarm, and the others go on."""

    name = "acknowledged bytes damaged"
    is_vital = True
    is_alone = True

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        # What is damaged after it was loaded would hurt nobody.
        round.stack.proxy.shut()
        pause(round, 1, 2)
        round.gateway.kill_all()
        self.damage(round)
        round.gateway.start()
        pause(round, 0.2, 0.5)
        round.stack.proxy.heal()

    def damage(self, round):
        loaded = round.stack.loaded_through(round.gateway.journal)
        candidates = [frame for frame in journal_files.acknowledged_frames(round.gateway.journal) if frame.first > loaded]
        if not candidates:
            raise RuntimeError("no acknowledged frame waits to be loaded, so that there is none to damage")
        frame = round.generator.choice(candidates)
        self.original = frame.payload()
        begin, end = self.range(frame)
        bytes_ = self.hurt(frame)
        hurt = [event for event in round.history.all() if event.path.encode() in bytes_]
        place = self.spoil(frame.file, begin, end, round.generator)
        for event in hurt:
            round.history.damaged[event.id] = f"{frame.file.name} byte {place}, frame {frame.first} to {frame.last}"
        if not hurt:
            raise RuntimeError(f"none of the driver's events is in {frame}: has the format changed?")
        round.notes.append(f"{frame.file.name}: byte {place} flipped, {len(hurt)} events in the damaged bytes")

    def spoil(self, file, begin, end, generator):
        return journal_files.flip(file, begin, end, generator)

    def range(self, frame):
        """Of the bytes of which one is changed."""
        return frame.offset, frame.offset + journal_files.FRAME_HEADER + frame.length

    def hurt(self, frame):
        """The bytes that may be lost with it."""
        return self.original

    def heal(self, round):
        round.stack.proxy.heal()

    def clean(self, round):
        gateway = round.gateway
        folder = gateway.journal / "quarantine"
        kept = [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []
        # The bytes of before, but for the one that was changed.
        half = len(self.original) // 2
        if not any(
            self.original[:half] in file.read_bytes() or self.original[half:] in file.read_bytes() for file in kept
        ):
            round.history.complain(f"damaged bytes are not in {folder}, which holds {[file.name for file in kept]}")
        status, text = gateway.readiness()
        if status != 503:
            round.history.complain(f"damage raised no alarm in /readyz: {status} {text}")
        metrics = gateway.metrics()
        alarms = {name: value for name, value in metrics.items() if "journal_lost" in name or "quarantined" in name}
        if not any(alarms.values()):
            round.history.complain(f"damage raised no alarm in the metrics: {alarms}")
        # An operator has looked at them.
        round.gateway.stop()
        for file in kept:
            file.unlink()
        round.gateway.start()
        # The segment may be kept for some time yet, and read again from its beginning.
        pause(round, 0.5, 0.6)
        status, text = round.gateway.readiness()
        if "quarantine" in text:
            again = [(file.name, file.stat().st_size) for file in folder.iterdir()]
            round.history.complain(f"after a restart the same damage is set aside again: {again}, {status} {text}")
            for name, _ in again:
                (folder / name).unlink()


class DamagedHeader(Damaged):
    """The header of a segment and its copy: nothing in it can be read any more."""

    name = "header of a segment and its copy damaged"

    def spoil(self, file, begin, end, generator):
        size = file.stat().st_size
        copy = size - journal_files.HEADER
        journal_files.flip(file, copy, copy + journal_files.HEADER_CONTENT, generator)
        return super().spoil(file, begin, end, generator)

    def range(self, frame):
        return 0, journal_files.HEADER_CONTENT

    def hurt(self, frame):
        return frame.file.read_bytes()


class HeaderMended(Fault):
    """One of a segment's two headers is damaged: it is mended from the other, and nothing is lost."""

    name = "one header of a segment damaged"

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        round.stack.proxy.shut()
        pause(round, 0.5, 1)
        round.gateway.kill_all()
        file = round.generator.choice(journal_files.segments(round.gateway.journal))
        size = file.stat().st_size
        begin = round.generator.choice([0, size - journal_files.HEADER])
        place = journal_files.flip(file, begin, begin + journal_files.HEADER_CONTENT, round.generator)
        round.notes.append(f"{file.name}: byte {place} of {size} flipped")
        round.gateway.start()
        pause(round, 0.3, 0.6)
        round.stack.proxy.heal()

    def heal(self, round):
        round.stack.proxy.heal()


class DamagedAfterLoading(Fault):
    """The last frame is damaged when PostgreSQL has it already: nothing is lost by that, unless numbers come twice."""

    name = "loaded bytes damaged at the end of the journal"
    is_alone = True

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        pause(round, 0.5, 1)
        # The senders go on, so that what is loaded and what is written last are not quite the same; a pause in which
        # nobody sends makes them so.
        round.crowd.rest.set()
        if stuck := round.gateway.drain(60):
            round.history.complain(stuck)
        round.gateway.kill_all()
        frame = journal_files.last_frame(round.gateway.journal)
        if frame is None:
            raise RuntimeError("the journal holds no frame, so that there is none to damage")
        end = frame.offset + journal_files.FRAME_HEADER + frame.length
        place = journal_files.flip(frame.file, frame.offset, end, round.generator)
        round.notes.append(f"{frame.file.name}: byte {place} flipped, frame {frame.first} to {frame.last}, loaded")
        round.gateway.start()
        round.crowd.rest.clear()
        pause(round, 0.5, 1)

    def heal(self, round):
        round.crowd.rest.clear()


class DamageAndTear(Damaged):
    name = "damaged in the middle and torn at the end"

    def damage(self, round):
        # First the end: behind damage it could not be found.
        round.spoil_tail()
        super().damage(round)


ALL = [TornTail, Damaged, DamagedHeader, HeaderMended, DamageAndTear, DamagedAfterLoading]
