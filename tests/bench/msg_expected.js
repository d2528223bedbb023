// What npm's mailparser finds in messages: paths of EML files on stdin, one a line; on stdout one
// JSON object a line, in the same order, in the shape of tests/bench/msg_reading.py.

'use strict';

const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
const { MailParser } = require('mailparser');

const DEPTH = 2;
const OPTIONS = {
    // Messages within a message stay whole, and are parsed on their own below.
    ignoreEmbedded: true,
    keepDeliveryStatus: true,
    skipHtmlToText: true,
    skipTextLinks: true,
    skipImageLinks: true,
    checksumAlgo: false
};

// Where mailparser 3.14 is known to read a part for what it is not; createNode is its own affair.
class Parser extends MailParser {
    createNode(node) {
        const { parentNode: parent } = node;
        // RFC 2046, 5.1.5.
        if (parent && parent.contentType === 'multipart/digest' && !node.headers.hasHeader('content-type')) {
            node.contentType = 'message/rfc822';
        }
        // A text with a name of its own is a file, unless it is all there is.
        if (parent && node.filename && this.textTypes.includes(node.contentType)) node.disposition = 'attachment';
        return super.createNode(node);
    }
}

function parse(raw) {
    return new Promise((resolve, reject) => {
        const parser = new Parser(OPTIONS);
        const attachments = [];
        parser.on('error', reject);
        parser.on('data', item => {
            if (item.type !== 'attachment') return;
            const chunks = [];
            item.content.on('data', chunk => chunks.push(chunk));
            item.content.on('end', () => {
                attachments.push({ ...item, octets: Buffer.concat(chunks) });
                item.release();
            });
        });
        parser.on('end', () => resolve({ headers: parser.headers || new Map(), tree: parser.tree, page: parser.html || '', attachments }));
        parser.end(raw);
    });
}

function mailboxes(headers, name) {
    return [headers.get(name) || []].flat().flatMap(field => field.value || []).flatMap(function flat(mailbox) {
        return mailbox.group ? mailbox.group.flatMap(flat) : [{ name: mailbox.name || '', address: mailbox.address || '' }];
    });
}

function textParts(tree, type) {
    const own = tree.contentType === type && tree.textContent !== undefined && !tree.isAttachment;
    return [...(own ? [tree.textContent] : []), ...(tree.children || []).flatMap(child => textParts(child, type))];
}

// By Content-Location too, which mailparser's own `related` leaves out.
function isRelated(tree, headers, within = false) {
    const inside = within || tree.contentType === 'multipart/related';
    return tree.headers === headers ? within : (tree.children || []).some(child => isRelated(child, headers, inside));
}

function isReferredTo(part, html) {
    const location = part.headers.get('content-location');
    return (
        (part.cid && (html.includes('cid:' + part.cid) || html.includes('cid:' + encodeURIComponent(part.cid)))) ||
        (typeof location === 'string' && location !== '' && html.includes(location.replace(/\s/g, '')))
    );
}

async function read(raw, depth) {
    const { headers, tree, page, attachments } = await parse(raw);
    const html = textParts(tree || {}, 'text/html');
    // mailparser takes now for a date that it cannot read; now is of no use here.
    const date = headers.get('date');
    const isRead = date instanceof Date && Math.abs(Date.now() - date) > 60_000;
    const from = mailboxes(headers, 'from');
    return {
        message_class: '',
        subject: headers.get('subject') || '',
        author: from[0] || null,
        sender: mailboxes(headers, 'sender')[0] || from[0] || null,
        recipients: ['to', 'cc', 'bcc'].flatMap(type => mailboxes(headers, type).map(mailbox => ({ type, ...mailbox }))),
        text: textParts(tree || {}, 'text/plain'),
        html,
        page,
        date: isRead ? date.toISOString().slice(0, 19) : null,
        message_id: headers.get('message-id') || null,
        attachments: await Promise.all(
            attachments.map(async part => {
                // `contentType` is guessed from the name where the header says octet-stream.
                const type = (part.headers.get('content-type') || { value: part.contentType || 'text/plain' }).value;
                const isInline = isRelated(tree, part.headers) || part.contentDisposition === 'inline';
                const isMessage = type.toLowerCase() === 'message/rfc822';
                return {
                    name: part.filename || '',
                    sha256: isMessage ? null : createHash('sha256').update(part.octets).digest('hex'),
                    size: part.octets.length,
                    media_type: type.toLowerCase(),
                    content_id: part.cid || null,
                    hidden: Boolean(isInline && isReferredTo(part, html.join(''))),
                    message: isMessage && depth < DEPTH ? await read(part.octets, depth + 1) : null
                };
            })
        )
    };
}

async function main() {
    for await (const path of createInterface({ input: process.stdin })) {
        const answer = await read(readFileSync(path), 0).catch(error => ({ error: String(error) }));
        process.stdout.write(JSON.stringify(answer) + '\n');
    }
}

main();
