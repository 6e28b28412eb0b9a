/**
 * @file signaling/message/charging.h  Charging headers of a dialog (RFC 7315)
 *
 * P-Charging-Vector ties what the networks on a call's way write down about
 * it: its icid stays the same through the dialog and through what the dialog
 * causes. P-Charging-Function-Addresses says where to write. Both belong
 * inside the trust domain: who calls these decides whom to believe and whom
 * to tell.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_CHARGING_H
#define PARLEY_SIGNALING_MESSAGE_CHARGING_H

#include <stdbool.h>
#include "mixer/base/re.h"

enum {
	CHARGING_VALUE_MAX = 255,   /**< bytes of one value that is kept */
	CHARGING_FUNCTIONS_MAX = 4, /**< addresses of either kind */
};

/** What a dialog knows; strings are printable ASCII without quotes and owned
 *  by it, NULL where nothing is known */
struct charging {
	char *icid;
	char *generated_at; /**< host that made the icid */
	char *orig_ioi;     /**< operator that began the dialog */
	char *term_ioi;     /**< operator at its other end */
	char *ccf[CHARGING_FUNCTIONS_MAX]; /**< collection functions */
	size_t ccf_count;
	char *ecf[CHARGING_FUNCTIONS_MAX]; /**< event functions */
	size_t ecf_count;
};

/**
 * They begin a dialog: keep what the request says, make an icid when it has
 * none; term-ioi is ours
 *
 * @param cp      Set; free with mem_deref()
 * @param msg     NULL: nobody to believe
 * @param trusted Believe msg's headers
 * @param ioi     Ours, "" or NULL: none
 * @param host    Where an icid of ours was generated
 * @return 0, ENOMEM
 */
int charging_accept(struct charging **cp, const struct sip_msg *msg,
		    bool trusted, const char *ioi, const char *host);

/**
 * We begin one: orig-ioi is ours
 *
 * @param icid Of what causes the dialog, NULL: a new one is made
 * @return 0, ENOMEM
 */
int charging_begin(struct charging **cp, const char *icid, const char *ioi,
		   const char *host);

/** A trusted far end answered our request: its term-ioi and its function
 *  addresses are kept. @return 0, ENOMEM */
int charging_answered(struct charging *c, const struct sip_msg *msg);

/** Both headers; for trusted next hops, in every request and response but
 *  ACK and CANCEL (RFC 7315 section 5.6). NULL prints nothing */
int charging_print(struct re_printf *pf, const struct charging *c);

#endif
