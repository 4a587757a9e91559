"""`python -m simulator`: a simulated cluster behind a real Kubernetes API, as a process of its own."""

from __future__ import annotations

import sys

from simulator.world.command import main

sys.exit(main())
