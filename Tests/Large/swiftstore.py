"""OpenStack Swift with its S3 interface on this machine, in a folder of its own: a store that verifies signatures.

Needs Debian's swift-proxy, swift-account, swift-container, swift-object and memcached, and to be started as root
(`deploy/packages`, group `store`).
"""
import os
import shutil
import socket
import subprocess

ACCESS_KEY, SECRET_KEY = "test:tester", "testing"
KINDS = ("account", "container", "object")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start(folder, port):
    """Starts it with one disk, which is a folder; its processes."""
    os.makedirs(f"{folder}/devices/disk")
    cache = free_port()
    ports = {kind: free_port() for kind in KINDS}
    for kind in KINDS:
        for words in (("create", "1", "1", "0"), ("add", f"r1z1-127.0.0.1:{ports[kind]}/disk", "1"), ("rebalance",)):
            subprocess.run(["swift-ring-builder", f"{folder}/{kind}.builder", *words], check=True,
                           stdout=subprocess.DEVNULL)
        with open(f"{folder}/{kind}.conf", "w") as file:
            file.write(
                f"[DEFAULT]\nuser = root\nswift_dir = {folder}\ndevices = {folder}/devices\nmount_check = false\n"
                f"bind_ip = 127.0.0.1\nbind_port = {ports[kind]}\nworkers = 0\n"
                f"[pipeline:main]\npipeline = {kind}-server\n[app:{kind}-server]\nuse = egg:swift#{kind}\n")
    filters = {
        "catch_errors": "", "cache": f"memcache_servers = 127.0.0.1:{cache}", "s3api": "",
        "tempauth": f"user_{ACCESS_KEY.replace(':', '_')} = {SECRET_KEY} .admin", "slo": "", "dlo": "",
    }
    with open(f"{folder}/proxy.conf", "w") as file:
        file.write(f"[DEFAULT]\nuser = root\nswift_dir = {folder}\nbind_ip = 127.0.0.1\nbind_port = {port}\n"
                   f"workers = 0\n[pipeline:main]\npipeline = {' '.join(filters)} proxy-server\n")
        for name, line in filters.items():
            file.write(f"[filter:{name}]\nuse = egg:swift#{'memcache' if name == 'cache' else name}\n{line}\n")
        file.write("[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n")
    commands = [["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", str(cache)]]
    # By Debian's interpreter, whatever PATH has first.
    commands += [["/usr/bin/python3", shutil.which(f"swift-{kind}-server"), f"{folder}/{kind}.conf"]
                 for kind in (*KINDS, "proxy")]
    return [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for command in commands]
