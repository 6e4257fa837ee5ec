"""What a fault is. Each kind is a small class; the files faults_*.py hold them by what they break."""

import time


class Fault:
    """Breaks something while events are being sent. The hooks are called in this order."""

    # In the line of a round and in the summary.
    name = ""
    # Whether it can happen beside another one in the same round.
    is_light = False
    # Whether no other that is not light may come in the same round, before or after it.
    is_alone = False

    def is_possible(self, stack):
        """Whether what is to be broken exists."""
        return True

    def prepare(self, round):
        """Before the first event is sent."""

    def act(self, round):
        """While events are being sent."""

    def heal(self, round):
        """After the senders have stopped: the cause goes away, and everything has to become well by itself."""

    def clean(self, round):
        """After everything is loaded: as it was before the round."""


def pause(round, shortest, longest):
    time.sleep(round.generator.uniform(shortest, longest))


def has_journal(stack):
    return bool(stack.journal_settings)
