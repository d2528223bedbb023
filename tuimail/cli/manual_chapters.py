"""The chapters of MANUAL.md that no parser knows."""

from __future__ import annotations

BEGINNING = """\
# The commands of tuimail

This file is made from the program: `python -m tuimail.cli.manual > MANUAL.md`.

A command writes its data to stdout and everything else to stderr: totals, what is missing, what
failed, and a bar while it works, where stderr is a terminal and stdout is none. Nothing that it
does changes a mailbox: only `EXAMINE` and peeking `FETCH` are sent.

ACCOUNT is a URL: `imaps://user@host[:port]` is TLS, `imap://user@host` STARTTLS, which is required
and never skipped, and `imap+insecure://user@host` neither, for this machine only. An `@` in the
user may be written `%40`. A folder behind it (`imaps://user@host/Archive/2024`) is the default of
FOLDER.

FOLDER is the folder's full name as `tuimail folders` shows it. INBOX may be written in any case.

The password comes from `--password-command`, else from the environment variable
`TUIMAIL_PASSWORD`, else from a question on the terminal. It is never part of the URL.

## Commands

Every command that takes an ACCOUNT takes these:
"""

CHAPTERS = """\
## Pages and order

`list` shows page 1 of 50 messages, the newest first. `--page all` shows all of them. `--seq`,
`--uid`, `--recursive` and `--all` list everything that they choose, and with `--page-size N` the
first N of each folder in the order asked for. A page past the end is empty and no error.

| `--sort` | ascending means |
|---|---|
| `arrival` | the order in which the folder holds the messages: that of their sequence numbers |
| `received` | when the server received them (INTERNALDATE) |
| `date` | the Date header, in UTC |
| `from`, `to`, `cc` | the first address, by what stands before its @ |
| `subject` | the subject without Re:, Fwd: and [list] |
| `size` | octets |

These are the rules of RFC 5256, and where the server cannot sort, tuimail sorts by the same rules.
Ties ascend by sequence number, and descending is exactly ascending read backwards.

## Sets of numbers

`--seq` and `--uid` take sets as IMAP writes them: `7`, `1:20`, `1:20,35,40:*`, where `*` is the
highest number that exists. Numbers that do not exist are left out and counted on stderr; a range
that begins past the end holds nothing.

## Queries

Words match anywhere in a message; all of them must be there. `"several words"` are looked for as
they stand. A `-` before a word or a key turns it round; a query that begins with one is written
`--search=-is:read`.

| key | finds |
|---|---|
| `from:` `to:` `cc:` `bcc:` `subject:` | words in that field |
| `body:` `text:` | words in the text; in the text or the header |
| `since:2024-01-01` `before:` `on:` | the day on which it was received |
| `sent-since:` `sent-before:` `sent-on:` | the day of the Date header |
| `larger:1M` `smaller:500k` | its size; k is 1,024, M 1,048,576 |
| `is:unread` | also read, flagged, unflagged, answered, unanswered, deleted, draft, recent, new |
| `has:attachment` | attachments: what else matches is decided by how it is built |
| `keyword:$Work` | a flag that is none of the server's own |
| `header:X-Mailer=quill` | words in any header field |
| `list:` `message-id:` | words in List-Id, in Message-ID |
| `seq:1:20` `uid:40:*` | sets of numbers |
| `gmail:"in:chats"` | Gmail's own language, on Gmail's server |

## Tables

The column MARKS of `list` has `N` for not read, `F` flagged, `A` answered, `D` draft, `X` deleted,
and `@` for attachments. Dates are local time. On a terminal cells are cut to fit, elsewhere none
is. What strangers wrote is shown as text: characters that a terminal would obey, or that nobody
can see, are shown as `\N{REPLACEMENT CHARACTER}`.

## JSON Lines

With `--json` every line is one object, written as it arrives, in UTF-8. Every code point of the
decoded text is kept; controls, format characters, surrogates and line separators are written as
`\\uXXXX`, so that a terminal is safe from them. New keys may be added at the end.

A message of `list`:

| key | value |
|---|---|
| `folder` | the folder's full name |
| `uid_validity`, `uid` | with the folder, what the message is known by for good |
| `sequence_number` | its place in the folder at that moment |
| `message_id` | or null |
| `date`, `internal_date` | ISO 8601 with zone: the Date header, and when it was received; or null |
| `from`, `sender`, `reply_to`, `to`, `cc`, `bcc` | lists of `{"name", "address"}` |
| `subject` | decoded |
| `size` | octets |
| `flags` | as the server sent them |
| `is_read`, `answered`, `flagged`, `deleted`, `draft`, `recent` | the same as true and false |
| `list_unsubscribe` | `{"raw", "links", "one_click"}` or null |
| `list_id` | or null |
| `attachments` | a list of `{"part", "name", "type", "size", "encoding"}`; `size` is that of \
the file, about |
| `headers` | what `--header` asked for, by the name as asked; null where there is none |
| `items` | what `--item` asked for; null where the server does not know it |
| `error` | one sentence, only where the server answered badly for this message |

A folder of `folders`, each null where the server does not say: `name`, `raw_name` (as on the
wire), `delimiter`, `attributes`, `special_use`, `selectable`, `has_children`, `subscribed`,
`messages`, `unseen`, `recent`, `uid_next`, `uid_validity`, `size` (octets of all messages).

An attachment of `attachments`: `part`, `name`, `type`, `size`, `encoding` as above, then `folder`,
`uid`, `subject`, `from` and `date` of its message.

A newsletter of `unsubscribe`: `list_id`, `from`, `count`, `newest` (when its last message was
received), `best` (the link to open), `one_click`, `links`, `raw`, then `folder`, `uid` and
`subject` of its newest message.

A message of `export`, as soon as it is on the disk: `folder`, `uid_validity`, `uid`, `path` (of
the file, below DIR; or null), `format` (`eml` or `msg`), `size` and `sha256` (of the message as the
server holds it), `status` (`saved`, `skipped`: an earlier run saved it, or `failed`), and `error`,
one sentence, where there is something to say. A folder that cannot be opened is a line whose `uid`
is null, and its messages are in no sum. The last line, of an export that came to its end, is
`{"summary": {"server", "saved", "skipped", "failed"}}`. With `--dry-run` a folder is `folder`,
`server`, `skipped`, `asked`, `octets` and `path`.

A difference that `verify` finds: `kind`, `folder`, `uid_validity`, `uid`, `path` (each null where
there is none) and `sentence`. The last line is `{"summary": {"files", "differences"}}`.

## Exports

| in DIR | holds |
|---|---|
| `INBOX/2026-11-20_0914_re-notes_12345.eml` | a message: when it was received (UTC), its subject, \
its UID |
| `index.csv` | a line for each message, for people and spreadsheets |
| `SHA256SUMS` | `sha256sum -c SHA256SUMS` proves the files without tuimail |
| `.tuimail/` | the ledger: what was asked for, what was saved, what failed and why |

Folders lie as on the server; what no disk takes in their names is replaced, and `--dry-run` tells
which. Nothing is written under its final name before it is whole. Whatever ends an export (Ctrl-C,
a lost connection, a full disk, a power cut), the same command goes on where it stopped, and later
adds what is new. A message that the server will not give is tried again alone, told of, and asked
for again by the next run. One that comes shorter than the size that the server tells is tried
again too, and then saved with a remark in `error`, and the exit status is 1; from 20 of them on the
server is taken to guess at sizes, and that is said. One DIR is for one
account and one format, and one export at a time.

At the end the sum of each folder that could be opened is told:
`server N = saved n + skipped s + failed f`.

`verify DIR` reads every file again, and compares `index.csv` and `SHA256SUMS` with the ledger; with
ACCOUNT it asks the server too. It changes nothing, and works on a medium that cannot be written.
Only where a crash cut the ledger off in the middle of a change, that change is first taken back. It
does not begin while an export is at work in DIR.

| kind | of what |
|---|---|
| `missing`, `altered`, `unreadable` | a file that was saved, `index.csv`, `SHA256SUMS` |
| `unknown` | a file that the export did not write, or never finished (`.part`) |
| `short` | a message that came shorter than the server told of; 20 or more are no difference |
| `failed` | a message that could not be saved, or a folder that could not be opened |
| `unfinished` | messages that did not come yet, or whose files are not noted yet |
| `new`, `gone`, `changed` | messages and folders of the server since the export |
| `unchecked` | a folder, or a message, that the server did not let compare |

## Exit status

| status | means |
|---|---|
| 0 | done; also when whoever read the output closed the pipe, but for an export: that is 1 |
| 1 | done but incomplete: a folder, a message or a file failed, and stderr says which |
| 2 | wrong usage: an option, a folder's name, a set, a query |
| 3 | could not connect or sign in, or the connection was lost for good |
| 130 | interrupted: Ctrl-C, SIGTERM, or the terminal was closed |
"""
