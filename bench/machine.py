"""What kind of machine this is, in words that let two records be told apart or held together."""
import os
import pathlib
import platform
import subprocess


def _cpu():
    facts = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    return facts


def _vectors(flags):
    for name, flag in (("AVX-512", "avx512bw"), ("AVX2", "avx2"), ("SSE4.2", "sse4_2")):
        if flag in flags:
            return name
    return "no vector instructions known"


def kind():
    """One line without host names: what figures may be compared with each other."""
    facts = _cpu()
    name = facts.get("model name", platform.processor() or platform.machine())
    virtual = "hypervisor" in facts.get("flags", "")
    return (f"{name} (family {facts.get('cpu family', '?')} model {facts.get('model', '?')}, "
            f"{_vectors(facts.get('flags', '').split())}), {os.cpu_count()} processors"
            f"{', virtual' if virtual else ''}")


def system():
    name = "Linux"
    for line in pathlib.Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            name = line.split("=", 1)[1].strip('"')
    return name


def compiler(build):
    for line in (pathlib.Path(build) / "CMakeCache.txt").read_text().splitlines():
        if line.startswith("CMAKE_CXX_COMPILER:"):
            path = line.split("=", 1)[1]
            return subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    return "unknown compiler"


def revision(root):
    out = subprocess.run(["git", "-C", str(root), "describe", "--always", "--dirty"], capture_output=True, text=True,
                         check=False)
    return out.stdout.strip() or "unknown"


def load():
    """How busy the machine is besides us: 1-minute load."""
    return os.getloadavg()[0]
