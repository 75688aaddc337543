"""Runs a command on a terminal of its own and types into it.

usage: terminal.py '<json>' where the JSON has "command" (a list), "seconds" (patience) and "steps":
  {"await": "regex"}    until the output so far matches
  {"type": "\\u0003"}    type it (Ctrl+C is \\u0003: the terminal signals the foreground group)
  {"signal": "SIGTERM"} to the command itself, and to nothing else
  {"sleep": 0.1}
Then it waits for the end and prints JSON: {"code": 0, "signal": null, "output": "..."}.
Exits 1, with the output on stderr, when something does not come in time. Only the standard library.
"""
import json
import os
import pty
import re
import select
import signal
import sys
import time


class Terminal:
    def __init__(self, command, seconds):
        self.output = b""
        self.deadline = time.monotonic() + seconds
        self.open = True
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)

    def read(self, seconds):
        """Takes what comes within that time; the terminal closes with its last process."""
        if not self.open:
            time.sleep(seconds)
            return
        ready, _, _ = select.select([self.handle], [], [], seconds)
        if not ready:
            return
        try:
            data = os.read(self.handle, 65536)
        except OSError:
            data = b""
        self.open = data != b""
        self.output += data

    def text(self):
        return self.output.decode("utf8", "replace").replace("\r\n", "\n")

    def check(self, what):
        if time.monotonic() > self.deadline:
            os.killpg(self.pid, signal.SIGKILL)
            sys.exit("never came: %s; the terminal shows:\n%s" % (what, self.text()))

    def wait_for(self, pattern):
        while not re.search(pattern, self.text(), re.M):
            if not self.open:
                sys.exit("ended before %s; the terminal shows:\n%s" % (pattern, self.text()))
            self.check(pattern)
            self.read(0.05)

    def sleep(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(max(0.0, min(0.05, until - time.monotonic())))

    def end(self):
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                break
            self.check("the end")
            self.read(0.05)
        while self.open:
            self.check("the last output")
            self.read(0.05)
        return status


def main():
    task = json.loads(sys.argv[1])
    terminal = Terminal(task["command"], task["seconds"])
    for step in task["steps"]:
        ((kind, value),) = step.items()
        if kind == "await":
            terminal.wait_for(value)
        elif kind == "type":
            os.write(terminal.handle, value.encode())
        elif kind == "signal":
            os.kill(terminal.pid, getattr(signal, value))
        elif kind == "sleep":
            terminal.sleep(value)
        else:
            sys.exit("unknown step %s" % kind)
    status = terminal.end()
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
    by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    print(json.dumps({"code": code, "signal": by, "output": terminal.text()}))


main()
