"""Each peer into an environment of its own under the work folder; nothing of the system is touched.

Python peers get a virtual environment each, npm ones a prefix. What is there already is left as it is.
"""
import os
import pathlib
import subprocess
import sys


class CannotInstall(Exception):
    pass


def _call(command, what):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if "ERROR" in line or "error" in line] or done.stdout.splitlines()
        raise CannotInstall(f"{what} cannot be installed: {(lines or ['no reason given'])[-1].strip()[:160]}")


def _stamp(folder, wanted):
    stamp = folder / ".installed"
    return stamp, stamp.exists() and stamp.read_text() == "\n".join(wanted)


def python(folder, packages, alone):
    """`alone`: packages installed without what they depend on, for models that name another version of spaCy."""
    folder = pathlib.Path(folder)
    wanted = [*packages, *alone]
    stamp, there = _stamp(folder, wanted)
    program = folder / "bin" / "python"
    if there:
        return program
    _call([sys.executable, "-m", "venv", "--clear", str(folder)], "a virtual environment")
    pip = [str(program), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    if packages:
        relaxed = [*pip[:-2], *packages]  # scrubadub's own dependencies come as sources
        _call(relaxed, ", ".join(packages))
    if alone:
        _call([*pip, "--no-deps", *alone], ", ".join(alone))
    stamp.write_text("\n".join(wanted))
    return program


def node(folder, packages):
    folder = pathlib.Path(folder)
    stamp, there = _stamp(folder, packages)
    if there:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"name": "peers", "private": true}\n')
    _call(["npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", *packages],
          ", ".join(packages))
    stamp.write_text("\n".join(packages))
    return folder


def environment(work):
    """One thread for every library that would take more."""
    one = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "NLTK_DATA") if name in os.environ}
    return {**kept, **one, "PHIVEIL_PEERS_NPM": str(pathlib.Path(work) / "npm"), "PYTHONHASHSEED": "0"}
