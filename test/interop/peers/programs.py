"""SMTP programs that are started for each session, in the folder of their test. Each is a script that takes no arguments."""
import shutil

import peers


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
    path.chmod(0o755)
    return path


def smtpfront(folder):
    """mailfront's, which takes every message and drops it."""
    peers.needed("smtpfront-echo")
    return script(folder / "smtpfront", "export PLUGINS=+accept\nexec smtpfront-echo")


def sendmail(folder):
    """`sendmail -bs` of Postfix with a queue of this test, and its maildrop: nobody may write to it with a copy of postdrop that
    changes no group."""
    peers.needed("postfix", "postdrop", "sendmail")
    config, queue, commands = folder / "postfix", folder / "queue", folder / "commands"
    for one in (config, queue, commands, queue / "pid", queue / "public", queue / "maildrop"):
        one.mkdir()
    (queue / "maildrop").chmod(0o1733)
    shutil.copy("/usr/sbin/postdrop", commands / "postdrop")
    (commands / "postdrop").chmod(0o755)
    (config / "main.cf").write_text(f"""compatibility_level = 3.6
queue_directory = {queue}
command_directory = {commands}
myhostname = postfix.example
mydestination = mail.example
local_recipient_maps =
alias_maps =
maillog_file =
import_environment = MAIL_CONFIG
smtpd_peername_lookup = no
""", encoding="ascii")
    (config / "master.cf").write_text("", encoding="ascii")
    return script(folder / "sendmail-bs", f"export MAIL_CONFIG={config}\nexec /usr/sbin/sendmail -bs"), queue / "maildrop"
