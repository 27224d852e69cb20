"""The limit of a replay: ``orjson.loads`` over the same lines, nothing kept.

python bare_replay.py FILE
"""

import sys
from pathlib import Path

import orjson

with Path(sys.argv[1]).open("rb") as lines:
    for line in lines:
        orjson.loads(line)
