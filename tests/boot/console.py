"""A guest's console on a pseudo-terminal, for tests: start, wait for text, type.

    with Console(["-machine", "pegasos2", iso]) as c:
        c.expect(PROMPT, 120)
        print(c.run("uname -r"))
        c.type("poweroff\n")
        assert c.wait() == 0

Every wait has a limit; when it passes, or the program ends early, the test ends with the last part
of the transcript. Limits are multiplied by $PPCEMU_TEST_SLOW (sanitizer builds: 10).
"""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tty

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
PPCEMU = os.environ.get("PPCEMU", os.path.join(TOP, "build", "ppcemu"))
SLOW = float(os.environ.get("PPCEMU_TEST_SLOW", "1"))
PROMPT = re.compile(r"ppcemu:[^\n#]*# ")  # of the Linux guest's shell


class Failed(Exception):
    pass


class Console:
    def __init__(self, args, program=PPCEMU, nvram="none", **popen):
        """nvram: a file, "none", or None to leave the option away."""
        self.command = [program] + list(args)
        if nvram is not None:
            self.command += ["-machine", "pegasos2,nvram=" + nvram]
        self.text = ""   # everything the guest printed
        self.seen = 0    # how much of it expect has used up
        self.status = None
        self.fd, slave = pty.openpty()
        tty.setraw(slave)
        self.process = subprocess.Popen(self.command, stdin=slave, stdout=slave, stderr=slave,
                                        close_fds=True, start_new_session=True, **popen)
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        if self.status is None:
            self.process.kill()
            self.status = self.process.wait()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def fail(self, why):
        self.close()
        raise Failed("%s\ncommand: %s\n--- the console's last lines ---\n%s\n---" %
                     (why, " ".join(self.command), "\n".join(self.text.splitlines()[-40:])))

    def _read(self, seconds):
        """Takes in what comes within `seconds`; False at the end of the output."""
        ready, _, _ = select.select([self.fd], [], [], max(0, seconds))
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # EIO: the other side is closed
            data = b""
        self.text += data.decode("utf-8", "replace").replace("\r", "")
        return bool(data)

    def expect(self, what, seconds=60):
        """Waits for `what`, a string or a compiled pattern, behind what was used up before.
        Returns the text in front of it, or the match of a pattern with groups."""
        end = time.monotonic() + seconds * SLOW
        alive = True
        while True:
            if isinstance(what, str):
                at = self.text.find(what, self.seen)
                if at >= 0:
                    before = self.text[self.seen:at]
                    self.seen = at + len(what)
                    return before
            else:
                found = what.search(self.text, self.seen)
                if found:
                    before = self.text[self.seen:found.start()]
                    self.seen = found.end()
                    return found if what.groups else before
            left = end - time.monotonic()
            if not alive:
                self.fail("ended before %r came" % (what,))
            if left <= 0:
                self.fail("%r did not come within %g s" % (what, seconds * SLOW))
            alive = self._read(min(left, 1))

    def type(self, text):
        os.write(self.fd, text.encode())

    def run(self, command, seconds=60, prompt=PROMPT):
        """Types a shell command at the prompt and returns its output. The prompt must have been
        expected before."""
        self.type(command + "\n")
        # The echo is one line as long as the guest's line editor does not wrap it.
        self.expect("\n", seconds)
        return self.expect(prompt, seconds)

    def wait(self, seconds=60):
        """Waits for the program's end and returns its exit status."""
        end = time.monotonic() + seconds * SLOW
        while time.monotonic() < end:
            if not self._read(0.2):
                break
            if self.process.poll() is not None:
                while self._read(0):
                    if not select.select([self.fd], [], [], 0)[0]:
                        break
                break
        try:
            self.status = self.process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.fail("did not end within %g s" % (seconds * SLOW))
        return self.status

    def signal(self, number):
        self.process.send_signal(number)


def guest(script, *args):
    """The result folder of tests/guests/SCRIPT."""
    out = subprocess.run([os.path.join(TOP, "tests", "guests", script)] + list(args),
                         stdout=subprocess.PIPE, check=True)
    return out.stdout.decode().strip().splitlines()[-1]


class scratch:
    """A folder that goes away, off /tmp, which may be memory."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="ppcemu-test-", dir="/var/tmp")
        return self.path

    def __exit__(self, *exception):
        shutil.rmtree(self.path, ignore_errors=True)


def check(condition, why, *values):
    if not condition:
        raise Failed(why % values if values else why)


def main(test):
    """Runs a test function with the words of the command line; status 1 and its reason when it
    fails."""
    begin = time.monotonic()
    try:
        test(*sys.argv[1:])
    except Failed as reason:
        print("FAILED: %s" % reason)
        sys.exit(1)
    print("passed in %.1f s" % (time.monotonic() - begin))
