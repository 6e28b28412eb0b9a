// The connection for SIP. Where its network goes away nothing says so, and the
// browser waits for minutes: it is asked whether it still answers.
import JsSIP from 'jssip';

// An answer that takes longer does not come. One packet may be lost of it
const ANSWER_MS = 2000;
// SYN is repeated after 1 and 3 s, on the network that there was at first
const OPEN_MS = 4000;
const ASK_EVERY_MS = 2000;
const RENEW_MS = 500;

export class Socket extends JsSIP.WebSocketInterface {
	#patience = 0;
	#heard = 0;
	#asked = -Infinity;
	#began = 0;

	connect() {
		super.connect();
		this.#began = performance.now();
		this.#expect(OPEN_MS);
	}

	disconnect() {
		this.#expect(0);
		super.disconnect();
	}

	// For how many ms nothing has come
	get quiet() { return performance.now() - this.#heard; }

	// It was asked, and has not answered yet
	get doubted() { return Boolean(this.#patience); }

	// Whether it still answers: a double CRLF is answered by one (RFC 7118
	// section 6, RFC 5626 section 4.4.1). One that does not is given up
	ask() {
		if (!this.isConnected() || this.#patience
			|| performance.now() - this.#asked < ASK_EVERY_MS)
			return;
		this.#asked = performance.now();
		this.send('\r\n\r\n');
		this.#expect(ANSWER_MS);
	}

	// There is another network, maybe: what was begun on the one before it
	// comes to nothing. That is told several times
	renew() {
		if (!this.isConnecting())
			this.ask();
		else if (performance.now() - this.#began > RENEW_MS)
			this.#giveUp();
	}

	#expect(ms) {
		clearTimeout(this.#patience);
		this.#patience = ms && setTimeout(() => this.#giveUp(), ms);
	}

	// Its close would be waited for as long as for anything else
	#giveUp() {
		this.disconnect();
		this.ondisconnect(true, 1006, 'no answer');
	}

	#lives() {
		this.#heard = performance.now();
		this.#expect(0);
	}

	_onOpen() {
		this.#lives();
		super._onOpen();
	}

	_onMessage(event) {
		this.#lives();
		super._onMessage(event);
	}

	_onClose(event) {
		this.#expect(0);
		super._onClose(event);
	}
}
