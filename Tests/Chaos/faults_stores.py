"""Stores fall behind, are set back, and do not wait for each other."""

import time

from fault import Fault, has_journal, pause
from faults_process import Failpoints
from processes import wait_for

KEEPS = {"FOOTFALL_JOURNAL_RETAIN_AFTER_LOAD_SECONDS": "3600"}


class FileStoreAlone(Fault):
    """PostgreSQL is away: the files go on at their own pace."""

    name = "PostgreSQL away, the store file goes on"
    needs_files = True

    def act(self, round):
        pause(round, 0.3, 0.6)
        round.stack.proxy.shut()
        pause(round, 0.5, 1.5)
        acknowledged = {event.id for event in round.history.acknowledged()}
        began = time.monotonic()
        if not wait_for(lambda: acknowledged <= set(round.files.ids(round.sites)), 90):
            missing = len(acknowledged - set(round.files.ids(round.sites)))
            round.history.complain(f"PostgreSQL is away, and the store file lacks {missing} events after 90 s")
        round.notes.append(f"the store file had everything after {time.monotonic() - began:.1f} s")
        round.stack.proxy.heal()

    def heal(self, round):
        round.stack.proxy.heal()


class FailFileStore(Failpoints):
    name = "failpoints of the store file"
    is_vital = True
    names = ("file.before_sync", "file.before_cursor", "file.after_cursor", "file.renamed")
    passes = 3
    needs_files = True


class PositionLost(Fault):
    """The row that says how far PostgreSQL has the journal is gone: all that is kept is loaded again, and recognised."""

    name = "position of the store lost"
    is_alone = True
    settings = KEEPS
    is_stopped = True

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        pause(round, 0.5, 1)
        if self.is_stopped:
            round.gateway.kill_all()
        self.expected = self.forget(round)
        if self.is_stopped:
            round.gateway.start()
        pause(round, 0.5, 1)

    def forget(self, round):
        """Returns how many events of this round had been loaded from the journal by then."""
        round.history.reloads += 1
        with round.stack.admin() as database, database.transaction():
            # The loader waits for the row, so that nothing comes between.
            gone = database.execute(
                "delete from journal_cursor where journal = %s", (round.gateway.journal_id,)
            ).rowcount
            before = database.execute(
                "select coalesce(sum(count), 0) from ledger where site_id = any(%s) and outcome in ('stored', 'duplicate')",
                (list(round.sites),),
            ).fetchone()[0]
        if not gone:
            raise RuntimeError("there was no row of journal_cursor to delete")
        return 0 if round.uses_second else int(before)

    def clean(self, round):
        with round.stack.admin() as database:
            again = database.execute(
                "select coalesce(sum(count), 0) from ledger where site_id = any(%s) and outcome = 'duplicate'",
                (list(round.sites),),
            ).fetchone()[0]
        if again < self.expected:
            round.history.complain(
                f"the position was lost after {self.expected} events, and only {again} came again"
            )


class PositionLostWhileLoading(PositionLost):
    name = "position of the store lost while it loads"
    is_stopped = False


class DatabaseSetBack(Fault):
    """A restore of the database to an earlier moment: what was loaded since is loaded again from the journal."""

    name = "database set back to an earlier moment"
    is_vital = True
    is_alone = True
    settings = KEEPS

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        pause(round, 0.5, 1)
        round.stack.copy_database()
        copied = self.rows(round)
        pause(round, 0.7, 1.5)
        # The loader gathers a batch for up to a second, and works on it.
        wait_for(lambda: self.rows(round) > copied, 20)
        before = self.rows(round)
        round.stack.restore_database()
        after = self.rows(round)
        round.notes.append(f"set back from {before} rows to {after}")
        pause(round, 0.5, 1)

    def rows(self, round):
        with round.stack.admin() as database:
            return database.execute("select count(*) from event where site_id = any(%s)", (list(round.sites),)).fetchone()[0]

    def heal(self, round):
        round.stack.proxy.heal()


ALL = [FileStoreAlone, FailFileStore, PositionLost, PositionLostWhileLoading, DatabaseSetBack]
