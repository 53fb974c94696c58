"""A simulated stock exchange that speaks MQTT: prices out, purchase requests in, answers out.

Run it with `python -m local.exchange --mqtt-url mqtt://user:pass@host:port`; `--help` lists the
other options.

Pure modules (no I/O; the time is passed in; randomness comes from named sources, see `seeds`):

- `market`: what a share costs at any moment, and the price batches;
- `messages`: kinds of message, and reading a purchase request;
- `verdicts`: whether a purchase is accepted, and the answer;
- `groups`: the purchases of the other groups;
- `faults`: fault injection, and when each message is published;
- `core`: the exchange put together, payloads in, publications out.

Modules with I/O: `ledger` stores the verdicts in a file, `options` is the command line, `__main__`
connects the exchange to a broker.

**A verdict never changes.** It is a function of (seed, group, request id), so a run can be
repeated. It is also written to the ledger before it is published, so that a restart with another
seed or other rules still repeats the earlier answer: what was accepted stays accepted.

An orderly shutdown publishes everything that is still scheduled. A killed exchange loses the
answers that were scheduled but not the verdicts: a repeated request is answered.

**Prices depend on (seed, time) alone**: a restart continues the series, and a repeated backfill
contains the same batch ids with the same prices.
"""
