"""Disks that fail: an ext4 image on a loop device that loses power, and can be filled up.

The whole test runs in a mount namespace of its own (`private()`), so whatever ends it, no mount and no
loop device stays behind. Needs root; Unable says why it does not work here.
"""
import atexit
import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

EXT4_IOC_SHUTDOWN = 0x8004587D  # what xfs_io -x -c shutdown does
LOG_FLUSH, NO_LOG_FLUSH = 1, 2


class Unable(Exception):
    pass


def private():
    """Starts the program anew in a mount namespace of its own, unless it is in one."""
    if os.environ.get("FETCHD_TEST_MOUNTS"):
        return
    if os.geteuid() != 0:
        raise Unable("only root can mount")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        raise Unable("no mount namespace can be made here")
    os.environ["FETCHD_TEST_MOUNTS"] = "1"
    os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv])


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Unable(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.returncode}")


class Disk:
    """`top` is where it is mounted: in a directory `dir` of its own, or in that of the disk `beside`."""

    def __init__(self, name="disk", size_mib=32, options="", beside=None):
        self.dir = beside.dir if beside else pathlib.Path(tempfile.mkdtemp(prefix="fetchd-disk."))
        self.image, self.top = self.dir / f"{name}.image", self.dir / name
        self.options, self.mounted = options, False
        atexit.register(self.close)
        self.top.mkdir()
        try:
            with open(self.image, "wb") as image:
                image.truncate(size_mib << 20)
            run("mkfs.ext4", "-q", "-F", "-m", "0", "-b", "4096", self.image)
            self.mount()
        except (Unable, FileNotFoundError) as error:
            self.close()
            raise Unable(str(error)) from None

    def mount(self, options=None):
        self.options = self.options if options is None else options
        run("mount", "-t", "ext4", "-o", ",".join(filter(None, ("loop", self.options))), self.image, self.top)
        self.mounted = True

    def unmount(self):
        if self.mounted:
            run("umount", self.top)
            self.mounted = False

    def remount(self, options=None):
        self.unmount()
        self.mount(options)

    def lose_power(self, flags=NO_LOG_FLUSH):
        """From now on nothing reaches the image, and every call fails; mount it again to see what did."""
        top = os.open(self.top, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(top, EXT4_IOC_SHUTDOWN, struct.pack("I", flags))
        finally:
            os.close(top)

    def empty(self):
        for path in self.top.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def fill(self):
        """Takes every free byte, with a file `ballast`."""
        with open(self.top / "ballast", "ab", buffering=0) as ballast:
            size = 1 << 20
            while size:
                try:
                    ballast.write(bytes(size))
                except OSError:
                    size //= 2
            os.fsync(ballast.fileno())

    def drain(self):
        (self.top / "ballast").unlink(missing_ok=True)

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.top)], capture_output=True)
            self.mounted = False
        self.image.unlink(missing_ok=True)
        if self.top.exists():
            self.top.rmdir()
        if self.dir.exists() and not any(self.dir.iterdir()):
            self.dir.rmdir()
