"""A server on this machine that speaks the providers' protocols and films with the sandbox renderer.

`kit.sandbox_server.serve.serve` runs it; `Sandbox` is the ASGI application; kit.testing starts one for a test.
"""

from kit.sandbox_server.app import Sandbox
from kit.sandbox_server.clock import ManualClock, WallClock
from kit.sandbox_server.fault_reading import read_plan
from kit.sandbox_server.faults import FaultPlan
from kit.sandbox_server.options import Options, read_options
from kit.sandbox_server.schedule import Times

__all__ = [
    "FaultPlan",
    "ManualClock",
    "Options",
    "Sandbox",
    "Times",
    "WallClock",
    "read_options",
    "read_plan",
]
