"""The built-in demo mailbox: some three hundred letters around a small lighthouse.

Every person, domain (RFC 2606) and misfortune in it is invented. The octets are the same on every
run and every Python: our own small writer makes them, since the output of `email.generator`,
`zlib.compress` and `strftime` depends on versions and locales. A message is built when it is
loaded, so that opening the mailbox costs next to nothing.
"""

from __future__ import annotations

from tuimail.archive.demo.mailbox import demo_mailbox

__all__ = ["demo_mailbox"]
