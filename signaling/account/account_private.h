/**
 * @file signaling/account/account_private.h  One account, for account*.c only
 *
 *   OFF                                  expires=0: it only dials
 *   WAITING -> RESOLVING -> ASKING -> REGISTERED -> ASKING ...
 *      ^----------'-----------'------------'         something failed
 *   any -> LEAVING -> GONE               the end
 */
#ifndef PARLEY_SIGNALING_ACCOUNT_ACCOUNT_PRIVATE_H
#define PARLEY_SIGNALING_ACCOUNT_ACCOUNT_PRIVATE_H

#include <stdbool.h>
#include "focus/config/config.h"
#include "focus/config/config_account.h"
#include "signaling/account/account.h"
#include "signaling/account/account_reply.h"
#include "signaling/auth/credentials.h"
#include "signaling/transport/layer.h"

enum account_state {
	ACCOUNT_OFF,
	ACCOUNT_WAITING,
	ACCOUNT_RESOLVING,
	ACCOUNT_ASKING,
	ACCOUNT_REGISTERED,
	ACCOUNT_LEAVING,
	ACCOUNT_GONE,
};

struct account {
	struct accounts *all;
	const struct config_account *config;
	enum account_state state;
	struct layer_resolve *resolve;
	struct sip_dialog *dlg; /**< Call-ID, CSeq and routes of REGISTER on
				     this flow */
	struct sip_request *req;
	struct credentials_try *tried;
	struct tmr tmr;  /**< the next attempt */
	struct tmr ping; /**< keep-alive of a connection */
	uint64_t flow;
	char *contact;    /**< URI, on this flow */
	bool bound;       /**< the registrar has our Contact */
	uint32_t wants_s; /**< asked for; a 423 raises it */
	bool raised;      /**< it did so in this attempt */
	uint64_t until_ms;
	struct account_reply reply;
	unsigned failures; /**< in a row */
	uint64_t registers;
	uint64_t asked_ms; /**< when the last was sent, tmr_jiffies() */
	uint16_t last_status;
};

struct accounts {
	struct transport_layer *layer;
	const struct config *config;
	struct credentials *credentials;
	struct layer_flow_lsnr *flows;
	struct account *v[CONFIG_LIST_MAX];
	size_t count;
	char instance[64]; /**< "urn:uuid:..." */
	void (*done)(void *arg);
	void *arg;
	struct tmr close_tmr;
};

/* account.c */
void account_set_state(struct account *a, enum account_state state);
/** It has left, or cannot: accounts_close() may be over */
void account_gone(struct account *a);

/* account_register.c */
/** Try now */
void account_begin(struct account *a);
/** The flow it is registered by has ended */
void account_flow_lost(struct account *a);
/** Take the registration back */
void account_leave(struct account *a);

#endif
