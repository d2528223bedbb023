// What npm's @kenjiuno/msgreader finds in .msg files: their paths on stdin, one a line; on stdout
// one JSON object a line, in the same order, in the shape of tests/bench/msg_reading.py.

'use strict';

const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');
const MsgReader = require('@kenjiuno/msgreader').default;

// The reader prints what it does not understand.
console.log = console.debug = console.error;

const SENDER = ['0c1a', '5d01'];
const AUTHOR = ['0042', '5d02'];

function mailbox(fields, [name, address]) {
    const values = new Map((fields.rawProps || []).map(({ propertyTag, value }) => [propertyTag.toLowerCase(), value]));
    const found = { name: values.get(name + '001f') || '', address: values.get(address + '001f') || '' };
    return found.name || found.address ? found : null;
}

function readAttachment(reader, fields) {
    const isMessage = Boolean(fields.innerMsgContent);
    const octets = isMessage ? Buffer.alloc(0) : reader.getAttachment(fields).content;
    return {
        name: fields.fileName || fields.fileNameShort || '',
        sha256: isMessage ? null : createHash('sha256').update(octets).digest('hex'),
        size: octets.length,
        media_type: (fields.attachMimeTag || '').toLowerCase(),
        content_id: fields.pidContentId || null,
        hidden: Boolean(fields.attachmentHidden),
        message: isMessage ? readMessage(reader, fields.innerMsgContentFields) : null
    };
}

function readMessage(reader, fields) {
    return {
        message_class: fields.messageClass || '',
        subject: fields.subject || '',
        author: mailbox(fields, AUTHOR),
        sender: mailbox(fields, SENDER),
        recipients: fields.recipients.map(({ recipType, name, smtpAddress, email }) => ({
            type: String(recipType),
            name: name || '',
            address: smtpAddress || email || ''
        })),
        text: fields.body ? [fields.body] : [],
        html: fields.html ? [Buffer.from(fields.html).toString()] : [],
        date: fields.clientSubmitTime ? new Date(fields.clientSubmitTime).toISOString().slice(0, 19) : null,
        message_id: fields.messageId || null,
        attachments: fields.attachments.map(attachment => readAttachment(reader, attachment))
    };
}

function read(path) {
    const octets = readFileSync(path);
    const reader = new MsgReader(new DataView(octets.buffer, octets.byteOffset, octets.byteLength));
    reader.parserConfig = { includeRawProps: true };
    const fields = reader.getFileData();
    return fields.error ? { error: fields.error } : readMessage(reader, fields);
}

async function main() {
    for await (const path of createInterface({ input: process.stdin })) {
        let answer;
        try {
            answer = read(path);
        } catch (error) {
            answer = { error: String(error) };
        }
        process.stdout.write(JSON.stringify(answer) + '\n');
    }
}

main();
