"""Delivery reports as different mail servers make them, with words of our own."""

POSTFIX = """\
Return-Path: <>
Date: Mon, 23 Nov 2026 09:14:02 +0100 (CET)
From: MAILER-DAEMON@relay.fjellvik.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: retur@hms.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4C1F.1795421642/relay.fjellvik.example"
Message-Id: <20261123081402.77AB1@relay.fjellvik.example>

A report made of several parts.

--4C1F.1795421642/relay.fjellvik.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

Your mail could not be handed over.

--4C1F.1795421642/relay.fjellvik.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.fjellvik.example
X-Postfix-Queue-ID: 4C1F
Arrival-Date: Mon, 23 Nov 2026 09:14:01 +0100 (CET)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.fjellvik.example
Diagnostic-Code: smtp; {diagnostic}

--4C1F.1795421642/relay.fjellvik.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

Received: from worker (localhost [127.0.0.1])
Message-ID: {message_id}
Subject: A task
To: {address}
Content-Type: text/plain; charset=utf-8

Hello.

--4C1F.1795421642/relay.fjellvik.example--
"""

EXIM = """\
Return-path: <>
X-Failed-Recipients: {address}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@smarthost.example>
To: retur@hms.example
References: {message_id}
Content-Type: multipart/report; report-type=delivery-status; boundary=1795421642-eximdsn-88
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender

--1795421642-eximdsn-88
Content-type: text/plain; charset=us-ascii

This was sent by the mail software. One address did not work.

--1795421642-eximdsn-88
Content-type: message/delivery-status

Reporting-MTA: dns; smarthost.example

Action: {action}
Final-Recipient: rfc822;{address}
Status: 5.0.0
Remote-MTA: dns; mx.fjellvik.example
Diagnostic-Code: smtp; {diagnostic}

--1795421642-eximdsn-88
Content-type: text/rfc822-headers

Message-ID:
 {message_id}
From: "Fjellvik kommune, HMS" <hms@hms.example>
To: {address}
Subject: A task

--1795421642-eximdsn-88--
"""

EXCHANGE = """\
From: <postmaster@fjellvik.example>\r
To: <retur@hms.example>\r
Date: Mon, 23 Nov 2026 08:14:05 +0000\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status;\r
\tboundary="b0d1c9-exchange"\r
X-MS-Exchange-Message-Is-Ndr:\r
Content-Language: nb-NO\r
Message-ID: <5e1c0a77@fjellvik.example>\r
In-Reply-To: {message_id}\r
References: {message_id}\r
Subject: =?utf-8?Q?Kan_ikke_leveres=3A_Oppgave_til_deg?=\r
Auto-Submitted: auto-replied\r
\r
--b0d1c9-exchange\r
Content-Type: multipart/alternative; boundary="indre"\r
\r
--indre\r
Content-Type: text/html; charset="utf-8"\r
\r
<p>Meldingen kom ikke fram. Spør en administrator.</p>\r
\r
--indre--\r
\r
--b0d1c9-exchange\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns;EX01.fjellvik.example\r
Received-From-MTA: dns;relay.example\r
\r
Final-Recipient: rfc822;{address}\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp;{diagnostic}\r
X-Display-Name: Noen\r
\r
--b0d1c9-exchange\r
Content-Type: message/rfc822\r
\r
MIME-Version: 1.0\r
Subject: Oppgave til deg\r
\r
Hei\r
--b0d1c9-exchange--\r
"""

AWAY = """\
From: {address}
To: retur@hms.example
Subject: Autosvar: Jeg har ferie
Auto-Submitted: auto-replied
In-Reply-To: {message_id}
References: {message_id}
Content-Type: text/plain; charset=utf-8

Tilbake 3. august. Status: 5.1.1
"""

READ_RECEIPT = """\
From: {address}
To: retur@hms.example
Subject: Read
In-Reply-To: {message_id}
Content-Type: multipart/report; report-type=disposition-notification; boundary=x

--x
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{address}
Original-Message-ID: {message_id}
Disposition: manual-action/MDN-sent-manually; displayed

--x--
"""

STYLES = {"postfix": POSTFIX, "exim": EXIM, "exchange": EXCHANGE}


def report(
    style: str,
    message_id: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "550 5.1.1 no such mailbox",
    address: str = "tor.erik.moen@fjellvik.example",
) -> bytes:
    """A report as one of the servers writes it."""
    values = {
        "message_id": message_id, "action": action, "status": status, "diagnostic": diagnostic, "address": address,
    }  # fmt: skip
    return style.format(**values).encode() if "\n" in style else STYLES[style].format(**values).encode()
