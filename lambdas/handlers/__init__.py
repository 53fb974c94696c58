"""One file per deployed function: event in, use case, response out.

Hardly anything that a start makes ever becomes garbage, so looking for garbage waits until
`runtime.prepare`, which every handler calls.
"""

import gc

gc.disable()
