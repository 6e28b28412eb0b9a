/**
 * @file signaling/session/session_private.h  One session, for the rooms of
 * session.h
 *
 * Private to session*.c, answer.c, recipients.c, replaces.c, emergency.c,
 * connect.c, dial.c, way.c, modify*.c, reliable.c, provisional.c, timer.c,
 * refer.c, subscribe.c, info.c and options.c. A session is owned by the table
 * of `sessions`; session_drop() is the only way out of it. A function that may
 * drop says so, and its caller does not touch the session afterwards.
 *
 *   INCOMING  -> ANSWERED -> CONFIRMED -> ENDING    they called
 *   DIALLING -> CALLING -> CONFIRMED -> ENDING      we called
 *                  `-> CANCELLING -> ENDING
 * Beside the dialog's state runs its offer/answer exchange (exchange.h).
 */
#ifndef PARLEY_SIGNALING_SESSION_SESSION_PRIVATE_H
#define PARLEY_SIGNALING_SESSION_SESSION_PRIVATE_H

#include <stdbool.h>
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "signaling/account/account.h"
#include "signaling/auth/credentials.h"
#include "signaling/http/limit.h"
#include "signaling/message/charging.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/message/resource_list.h"
#include "signaling/message/session_id.h"
#include "signaling/message/target.h"
#include "signaling/sdp/offer.h"
#include "signaling/session/call_out.h"
#include "signaling/session/dial.h"
#include "signaling/session/exchange.h"
#include "signaling/session/provisional.h"
#include "signaling/session/reliable.h"
#include "signaling/session/session.h"
#include "signaling/transport/layer.h"

enum session_state {
	SESSION_INCOMING, /**< their INVITE has no final response yet */
	SESSION_ANSWERED, /**< our 2xx to it waits for the ACK */
	SESSION_DIALLING, /**< we look for the next hop, the mixer for a leg */
	SESSION_CALLING,  /**< our INVITE is out */
	SESSION_CANCELLING, /**< it is out, and we want it no more */
	SESSION_CONFIRMED,
	SESSION_ENDING, /**< BYE is out or waits for the ACK */
};

/** RFC 4028 */
struct session_timer {
	struct tmr refresh, expire;
	uint32_t interval_s; /**< 0: the session does not expire */
	uint32_t min_se_s;   /**< largest Min-SE heard or our own */
	bool ours;           /**< we are the refresher */
	bool peer_supports;
	unsigned raised; /**< how often 422 had us do so */
};

/** A final 2xx to an INVITE, repeated until its ACK comes (RFC 3261 section
 *  13.3.1.4) */
struct session_reply {
	struct tmr resend, give_up;
	struct sip_msg *msg;
	struct mbuf *mb;
	uint32_t sent;
	bool waits; /**< for the ACK */
};

struct session {
	struct le he;
	struct sessions *all;
	enum session_state state;
	struct exchange *exchange;
	struct tmr wake; /**< when its wishes are due */
	uint64_t id;     /**< no other session's, ever */
	uint64_t flow;
	char *conference, *contact, *aor, *display, *entity, *agent;
	char *service; /**< P-Asserted-Service a trusted host named, or NULL */
	struct resource_list *recipients; /**< to be dialled, or NULL */
	struct charging *charging;
	struct session_id ids;

	struct sip_dialog *dlg;
	struct sip_dialog *early; /**< of our INVITE, for forks */
	struct list forks;        /**< early dialogs (provisional.c) */
	struct fork *answered;    /**< whose answer was applied early */
	struct list pracks;       /**< of ours, under way */

	struct sip_msg *msg;   /**< their INVITE or UPDATE in hand */
	struct sip_strans *st; /**< its transaction, until answered */
	struct session_reply reply;
	struct reliable reliable; /**< and its 183 before that */

	struct sip_request *req;         /**< our INVITE */
	struct sip_request *refresh_req; /**< our UPDATE */
	struct sip_request *bye;

	struct endpoint *ep;
	enum reason end_reason; /**< of the BYE, sent or waiting for its ACK */

	struct session_timer timer;
	struct tmr flow_grace;

	struct call_out *call; /**< NULL: they called */

	unsigned refers;   /**< taken in its dialog */
	uint64_t replaces; /**< id of the session whose place it takes, or 0 */
	bool caller;       /**< we made the Call-ID */
	bool factory;      /**< its INVITE was one to a factory */
	bool known;        /**< who it is is proved or asserted (identity.h) */
	bool anonymous;    /**< and is for nobody's eyes */
	bool first_reply;  /**< `reply` answered the first INVITE */
	bool unconfirmed;  /**< counted in sessions->unconfirmed, or calling */
	bool joined;       /**< it had an endpoint: the focus tells its end */
	bool connected;    /**< the focus was told */
	bool peer_update;  /**< its Allow names UPDATE */
	bool flow_lost;    /**< its WebSocket is gone: no word reaches it */
};

struct sessions {
	struct hash *table; /**< by Call-ID */
	struct hash *acks;  /**< ACKs of ours, to be repeated */
	struct list strays; /**< forks that lost */
	size_t count, unconfirmed, calling;
	uint32_t t1_ms; /**< SIP_T1, for what libre does not time itself */
	struct sessions_dependencies base;
	struct transport_layer *layer;
	struct sip *sip;
	struct focus *focus;
	const struct config *config;
	struct auth *auth;
	struct registrar *registrar;
	struct credentials *credentials;
	struct accounts *accounts;
	struct notifiers *notifiers;
	struct conference_events *events;
	struct layer_handled *handled;
	struct layer_flow_lsnr *flows;
	struct signaling_ops ops;
	bool closing;
	struct tmr close_tmr;
	void (*closed)(void *arg);
	void *closed_arg;
	const struct session_acts *acts;
	struct list refers;  /**< REFERs that are being told how it goes */
	uint64_t last_id;    /**< given to a session */
	struct limit *dials; /**< by source, of whom nobody vouches for */
	uint64_t invites, dialled, refused, expired, too_many_dials;
	uint64_t refusal_logged_ms, emergency_logged_ms;
};

/** What we do, for 200, 405 and requests */
#define SESSION_ALLOW                                                         \
	"Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, "     \
	"SUBSCRIBE, REFER\r\n"
/** Extensions that a peer may ask us for; signaling/transport/gate.c knows
 * them too */
#define SESSION_SUPPORTED                                                     \
	"Supported: timer, 100rel, replaces, join, norefersub, tdialog, "     \
	"nosub, recipient-list-invite\r\n"
/** Packages that may be subscribed to (RFC 6665 section 8.2.2) */
#define SESSION_ALLOW_EVENTS "Allow-Events: conference, refer\r\n"
#define SESSION_NO_BODY      "Content-Length: 0\r\n\r\n"
/** Bodies of an INVITE, for 415 */
#define SESSION_ACCEPT                                                        \
	"Accept: application/sdp, multipart/mixed, " RESOURCE_LIST_TYPE       \
	"\r\nAccept-Encoding: identity\r\n"

enum {
	/** Most sessions at a time */
	SESSIONS_MAX = 8192,
	/** Of these, such that called and have not sent their ACK: forged
	 *  sources never do, and each holds a leg for 64*T1 */
	SESSIONS_UNCONFIRMED_MAX = 1024,
	/** Calls of ours that are not answered yet: one request may ask for
	 *  many, and whom they reach did not ask for them */
	SESSIONS_CALLING_MAX = 1024,
};

/* session.c */
int session_alloc(struct session **sp, struct sessions *all);
void session_register(struct session *s, const char *callid);
void session_set_state(struct session *s, enum session_state state);
struct session *session_find(const struct sessions *all,
			     const struct sip_msg *msg);
/** @return NULL: it is no more */
struct session *session_by_id(const struct sessions *all, uint64_t id);
/** Out of the focus (if it is in), out of the table, freed */
void session_drop(struct session *s, enum reason reason);
/** TLS or WSS, so that keys may be said there? */
bool session_flow_is_secure(const struct flow_info *flow);
/** A description that nothing was said of yet, for the session's flow.
 *  @return 0; ENOENT the flow is gone; ENOMEM */
int session_exchange_begin(struct session *s);
/** Into the focus, with the leg that the exchange begins with
 *  @param joinedh As legh of focus_join(), with the session as argument */
enum reason session_join(struct session *s, const struct leg_description *leg,
			 focus_leg_h *joinedh);

/* session_end.c */
/** Refuse a request with a row of focus/policy/reason.h. st may be NULL */
void session_refuse(struct sessions *all, const struct sip_msg *msg,
		    struct sip_strans **st, enum reason reason);
/** Refuse with a code that the protocol itself asks for; `headers` are whole
 *  lines or NULL */
void session_refuse_protocol(struct sessions *all, const struct sip_msg *msg,
			     struct sip_strans **st, uint16_t status,
			     const char *phrase, const char *headers);
/** Leave the focus, then say BYE, CANCEL or a final response, as fits. May
 *  drop */
void session_fail(struct session *s, enum reason reason);
/** As session_fail, when the endpoint is out already. May drop */
void session_terminate(struct session *s, enum reason reason);
/** Their INVITE or UPDATE that still waits gets 487 */
void session_refuse_pending(struct session *s);
/** BYE now. May drop */
void session_bye(struct session *s, enum reason reason);
void session_bye_in(struct sessions *all, const struct sip_msg *msg);

/* session_ack.c */
int session_ack_send(struct session *s, struct sip_dialog *dlg, uint32_t cseq);
int session_acks_alloc(struct sessions *all);
/** A 2xx to an INVITE that no transaction wants: repeat the ACK, or end the
 *  fork that lost */
void session_stray_response(struct sessions *all, const struct sip_msg *msg);

/* session_reply.c */
/** 200 to the INVITE or UPDATE in hand. May drop */
void session_answer(struct session *s, struct mbuf *sdp);
/** ACK came. May drop */
void session_ack_in(struct session *s, const struct sip_msg *msg);
/** Forget the 2xx: it was acknowledged, or the session is over */
void session_reply_reset(struct session *s);
/** Their answer to our offer goes to the mixer. May drop */
enum reason session_apply_answer(struct session *s, const struct sip_msg *msg);
/** The same with a description that came before */
enum reason session_apply_sdp(struct session *s, const struct pl *sdp);
/** An exchange is over: the focus hears of a session that is confirmed by
 *  now, and what waited is taken up. May drop */
void session_next(struct session *s);
/** The mixer has to do what was agreed, phase APPLY; when it does not even
 *  begin, the exchange is over */
enum reason session_apply_leg(struct session *s,
			      const struct leg_description *leg);

/* session_headers.c */
/** Contact with the focus's feature tags, for all messages that have one */
int session_contact_print(struct re_printf *pf, const char *uri);
/** All that INVITE, UPDATE and their 1xx and 2xx have: Contact, Allow,
 *  Supported and session_ims_print() */
int session_headers_print(struct re_printf *pf, const struct session *s);
/** Session-ID; and for a trusted next hop who we are and the charging headers.
 *  In every request and response of the session but ACK and CANCEL */
int session_ims_print(struct re_printf *pf, const struct session *s);
/** P-Asserted-Service, for INVITEs of ours to trusted next hops */
int session_service_print(struct re_printf *pf, const struct session *s);
/** A request that is answered, perhaps without a session */
struct session_request {
	const struct sessions *all;
	const struct sip_msg *msg;
};
/** Session-ID of the answer: the dialog's, else one of its own if the request
 *  has one */
int session_id_reply_print(struct re_printf *pf,
			   const struct session_request *request);
/** The conference's public URI: at our domain, else at our address.
 *  @return 0, EOVERFLOW */
int session_uri(const struct session *s, char *dst, size_t size);
/** Begin the charging headers, of their INVITE or (NULL) of a call of ours;
 *  `contact` and `flow` are set. Once only. @return 0, ENOMEM */
int session_charge(struct session *s, const struct sip_msg *msg);
/** Read what a message of the dialog says for those headers */
void session_heard(struct session *s, const struct sip_msg *msg);

/* invite_in.c */
void session_invite_in(struct sessions *all, const struct sip_msg *msg);
/** Who is anonymous, for the log of whoever runs the server */
void session_log_anonymous(const struct session *s);

/* modify.c */
void session_reinvite_in(struct session *s, const struct sip_msg *msg);
void session_update_in(struct session *s, const struct sip_msg *msg);
/** Take a request within the dialog in hand and do what its offer asks for;
 *  empty: an offer of ours is asked for. May drop */
void session_change_in(struct session *s, const struct sip_msg *msg,
		       const struct pl *sdp);
/** An offer is open one way or the other: 491 or 500 */
void session_refuse_busy(struct session *s, const struct sip_msg *msg);
/** A request's description, empty when it has none. @return 0, or it has been
 *  answered */
int session_read_sdp(struct session *s, const struct sip_msg *msg,
		     struct pl *sdp);
/** An exchange came to nothing: offer and mixer go back to what was agreed,
 *  but for a mixer that is gone (REASON_NO_MIXER). May drop */
void session_restore(struct session *s, enum reason reason);
/** A mixer that died under a confirmed session is no end of it: the focus
 *  asks for an offer as soon as another one is there */
bool session_survives(const struct session *s, enum reason reason);

/* reinvite_out.c */
/** Its exchange, whose wishes become re-INVITEs. @return 0, ENOMEM */
int session_exchange_alloc(struct session *s);
/** As exchange_wish(). May drop */
void session_wish(struct session *s, enum exchange_wish wish);
/** As exchange_step(). May drop */
void session_wishes_due(struct session *s);
/** A mixer did not do what was agreed: an offer for another one, soon. Not
 *  while there is none: the focus asks when one is back.
 *  @return true: too many have failed, and the session was dropped or ends */
bool session_offer_again(struct session *s);
/** It wishes no more */
void session_exchange_stop(struct session *s);

/* invite_out.c */
/** Our INVITE with a description, to begin a dialog or within it */
int session_invite_send(struct session *s, struct sip_dialog *dlg,
			struct mbuf *sdp, sip_resp_h *resph);
/** The next hop is found and a dialog made: call. May drop */
void session_call(struct session *s);

/* attempt.c */
/** Try the first of the call's targets, of which there is one: session_call()
 *  follows, or the next one, never from within */
void session_next_target(struct session *s);
/** Nobody answered at the address that a name led to, or with 503 (`refusal`;
 *  NULL: silence): try the name's next one; as session_next_target()
 *  @return false: the name has no more, or there is none */
bool session_another_address(struct session *s, const struct sip_msg *refusal);
/** Our INVITE reached nobody: the next address, the next target, or none. May
 *  drop */
void session_unreached(struct session *s);
/** This INVITE of ours came to nothing, another one may follow: what belonged
 *  to it stops */
void session_attempt_over(struct session *s);
/** No INVITE of ours is out: those who asked and follow are told. Drops */
void session_give_up(struct session *s, enum reason reason);
/** The same, with what the far end said */
void session_call_refused(struct session *s, const struct sip_msg *msg);

/* dial.c */
/** As signaling_ops.dial */
enum reason session_dial(void *arg, const char *conference, const char *uri,
			 const char *display);
/** Its 2xx: the roster shows what it says of who has answered, or nobody
 *  when that asks for privacy; the endpoint may have gone meanwhile */
void dial_answered(struct session *s, const struct sip_msg *msg);
/* timer.c */
/** Session-Expires below our minimum: 422, true */
bool timer_refused(struct sessions *all, const struct sip_msg *msg);
void timer_init(struct session *s);
/** They ask (INVITE, UPDATE): agree on interval and refresher */
void timer_accept(struct session *s, const struct sip_msg *msg);
/** They answered (2xx): what we asked for is settled, the clock starts */
void timer_answered(struct session *s, const struct sip_msg *msg);
/** 422 came. @return 0 try again; EPROTO give up */
int timer_raise(struct session *s, const struct sip_msg *msg);
void timer_restart(struct session *s);
void timer_stop(struct session *s);
int timer_print_reply(struct re_printf *pf, const struct session *s);
int timer_print_request(struct re_printf *pf, const struct session *s);

#endif
