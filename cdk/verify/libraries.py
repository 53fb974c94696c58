"""What a compiled library says of itself: for which machine, which Python, which C library."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from cdk.bytecode import RUNTIME

MACHINE: Final = "AArch64"

GLIBC: Final = (2, 34)
"""Of Amazon Linux 2023, on which the runtime stands."""

_TAG: Final = re.compile(r"\.(cpython-\d+|abi3)[.-]")
_GLIBC: Final = re.compile(r"GLIBC_(\d+)\.(\d+)")


def judge_library(path: Path) -> Iterator[str]:
    """Why Lambda could not load it; nothing for one that it can."""
    wanted = "cpython-{}{}".format(*RUNTIME)
    tag = _TAG.search(path.name)
    if tag and tag[1] not in (wanted, "abi3"):
        yield f"is made for {tag[1]}, not {wanted}"
    try:
        with path.open("rb") as file:
            yield from _judge_header(ELFFile(file))
    except ELFError:
        yield "is no ELF library"


def _judge_header(library: ELFFile) -> Iterator[str]:
    machine = library.get_machine_arch()
    if machine != MACHINE:
        yield f"is made for {machine}, not {MACHINE}"
    needed = max(_glibc_versions(library), default=(0, 0))
    if needed > GLIBC:
        yield "needs glibc {}.{}; Lambda has {}.{}".format(*needed, *GLIBC)


def _glibc_versions(library: ELFFile) -> Iterator[tuple[int, int]]:
    for section in library.iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for _, versions in section.iter_versions():
                for version in versions:
                    if found := _GLIBC.fullmatch(version.name):
                        yield int(found[1]), int(found[2])
