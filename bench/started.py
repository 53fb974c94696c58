"""Stands for Lambda's own start: imports a handler, gives it one event, says what that took.

Run by itself, without site-packages: `python -S started.py FILE DESCRIPTOR`, where FILE says which
folders, handler and events, and DESCRIPTOR is where the answers go. After the first answer it
waits for lines: `run N` and `sample N` for CPU and for where the CPU goes, over N more events.
"""

import importlib
import json
import os
import resource
import sys


class Context:
    """What Lambda says of an invocation."""

    function_name = "measured"
    function_version = "$LATEST"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:measured"
    aws_request_id = "6f1c3c86-0000-4000-8000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis():
        return 10_000


def cpu_s():
    """User and system time of this process, since it began."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    sys.path[:0] = plan["folders"]
    handler = importlib.import_module(plan["module"]).handler
    imported = cpu_s()
    answer = handler(plan["events"][0], Context())
    tell(cpu_s=cpu_s(), import_s=imported, modules=len(sys.modules), answer=answer)
    place = 1
    for line in sys.stdin:
        command, count = line.split()
        events = [plan["events"][(place + n) % len(plan["events"])] for n in range(int(count))]
        place += len(events)
        answers = {"run": run, "sample": sample}
        tell(**answers[command](handler, events))


def tell(**what):
    os.write(int(sys.argv[2]), json.dumps(what).encode() + b"\n")


def run(handler, events):
    before = cpu_s()
    answers = [handler(event, Context()) for event in events]
    return {"cpu_s": cpu_s() - before, "answer": answers[-1]}


def sample(handler, events):
    """How many ticks of CPU time found which source files on the stack, innermost first."""
    import collections
    import signal

    stacks = collections.Counter()
    signal.signal(signal.SIGPROF, lambda _number, frame: stacks.update([stack(frame)]))
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    for event in events:
        handler(event, Context())
    signal.setitimer(signal.ITIMER_PROF, 0)
    return {"stacks": [[list(files), count] for files, count in stacks.items()]}


def stack(frame):
    """Of the main thread: Python calls a signal's handler in no other."""
    files = []
    while frame is not None:
        name = frame.f_code.co_filename
        if not files or files[-1] != name:
            files.append(name)
        frame = frame.f_back
    return tuple(files)


if __name__ == "__main__":
    main()
