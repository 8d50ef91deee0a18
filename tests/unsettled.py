"""Known faults, each with its reason: what is listed here is expected to fail, is shown at the end of every run, and is to be mended.

A line goes away with its fault. One line stands among the attacks: a canary about second factors.
"""

UNSETTLED = {}
