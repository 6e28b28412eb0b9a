/**
 * @file signaling/session/session_private.h  One session, for the rooms of
 * session.h
 *
 * Private to this room. A session is owned by the table of `sessions`;
 * session_drop() is the only way out of it. A function that may
 * drop says so, and its caller does not touch the session afterwards.
 *
 * Of its parts each is written by its own .c only.
 */
#ifndef PARLEY_SIGNALING_SESSION_SESSION_PRIVATE_H
#define PARLEY_SIGNALING_SESSION_SESSION_PRIVATE_H

#include <stdbool.h>
#include "focus/conference/focus.h"
#include "focus/conference/mixer_wait.h"
#include "focus/config/config.h"
#include "signaling/account/account.h"
#include "signaling/auth/credentials.h"
#include "signaling/http/limit.h"
#include "signaling/message/allowance.h"
#include "signaling/message/charging.h"
#include "signaling/message/header.h"
#include "signaling/message/host.h"
#include "signaling/message/resource_list.h"
#include "signaling/message/session_id.h"
#include "signaling/message/target.h"
#include "signaling/sdp/offer.h"
#include "signaling/session/call_out.h"
#include "signaling/session/dial.h"
#include "signaling/session/dialog.h"
#include "signaling/session/exchange.h"
#include "signaling/session/outbox.h"
#include "signaling/session/party.h"
#include "signaling/session/client_invite.h"
#include "signaling/session/refusal.h"
#include "signaling/session/reliable.h"
#include "signaling/session/session.h"
#include "signaling/session/server_request.h"
#include "signaling/session/session_headers.h"
#include "signaling/session/timer.h"
#include "signaling/transport/layer.h"

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
	struct party *party;
	struct dialog *dialog;
	struct exchange *exchange;
	struct tmr wake; /**< when its wishes are due */
	uint64_t id;     /**< no other session's, ever */
	void *plan;      /**< of the acts, for when it is confirmed; NULL */
	struct ask *ask; /**< may it come in? NULL: that is known */
	char *moves_to;  /**< another conference, NULL: it stays */
	struct mixer_wait *mixer_wait; /**< it is to come in as soon as there
					    is one; NULL: it does not wait */
	struct names *names; /**< whose addresses a description waits for */

	struct client_invite *invite;   /**< of ours */
	struct server_request *in_hand; /**< theirs */
	struct session_reply reply;
	struct reliable *reliable; /**< and its 183 before that */

	struct outbox *outbox; /**< what others have written */
	struct sip_request *bye;

	struct endpoint *ep;
	enum reason end_reason; /**< of the BYE, sent or waiting for its ACK */

	struct timer *timer;

	/* shape.c's */
	struct tmr shape_tmr;      /**< it is to be offered another shape */
	bool shape_waits;          /**< that is, when it is there again */
	bool shaping;              /**< such an offer is out */
	unsigned shape_refusals;   /**< that ask to try later, in a row */
	unsigned shape_serial;     /**< of that */
	struct passed_group *said; /**< that the focus knows of, or NULL */

	struct call_out *call; /**< NULL: they called */

	struct allowance dials; /**< that it asks for */
	bool factory;           /**< its INVITE was one to a factory */
	bool replaces;          /**< it comes in the place of one that is in */
	uint32_t replaces_leg;  /**< of that one */
	bool inherits;          /**< and its rights */
	char *secret;           /**< what it said to prove who it was; NULL */
	bool unagreed;    /**< nothing was agreed yet with where it went */
	bool has_page;    /**< it says so: Parley-Page */
	bool first_reply; /**< `reply` answered the first INVITE */
	struct le answered_le; /**< while our 2xx waits for its ACK */
	uint64_t answered_ms;  /**< since when */
	bool unconfirmed; /**< counted in sessions->unconfirmed, or calling */
	bool moved;       /**< it found its conference by itself (move.c) */
	bool rejoins;     /**< a mixer died while it came in, once */
	bool joined;      /**< it had an endpoint: the focus tells its end */
	bool connected;   /**< the focus was told */
};

struct sessions {
	struct hash *table;   /**< by Call-ID */
	struct hash *acks;    /**< ACKs of ours, to be repeated */
	struct list strays;   /**< forks that lost */
	struct list answered; /**< whose ACK has not come, oldest first */
	size_t count, unconfirmed, calling;
	uint32_t t1_ms; /**< SIP_T1, for what libre does not time itself */
	struct sessions_dependencies base;
	struct sip *sip;
	struct layer_handled *handled;
	struct layer_flow_lsnr *flows;
	struct signaling_ops ops;
	bool closing;
	struct tmr close_tmr;
	void (*closed)(void *arg);
	void *closed_arg;
	const struct session_acts *acts;
	void *acts_arg;
	uint64_t last_id;         /**< given to a session */
	struct limit *dials;      /**< by source, of whom nobody vouches for */
	struct limit *host_dials; /**< and of all of an address */
	uint64_t invites, dialled, refused, expired, too_many_dials;
};

enum {
	/** Most sessions at a time */
	SESSIONS_MAX = 8192,
	/** Of these, such that called and have not sent their ACK: forged
	 *  sources never do, and each holds a leg for 64*T1 */
	SESSIONS_UNCONFIRMED_MAX = 1024,
	/** So long one of them stays although others need the room: more than
	 *  the way to it and back takes */
	SESSIONS_ANSWERED_MS = 1000,
	/** Calls of ours that are not answered yet: one request may ask for
	 *  many, and whom they reach did not ask for them */
	SESSIONS_CALLING_MAX = 1024,
};

/* sessions.c */
/** One more session. @return its number */
uint64_t sessions_one_more(struct sessions *all);
void sessions_one_less(struct sessions *all);
/** A call, ours or theirs, begins to wait for its confirmation or ends so */
void sessions_count_call(struct sessions *all, bool ours, bool begins);

/* session.c */
/** @param state DIALOG_INCOMING or DIALOG_DIALLING
 *  @param party Taken, also on failure */
int session_alloc(struct session **sp, struct sessions *all,
		  enum dialog_state state, struct party *party);
void session_register(struct session *s, const char *callid);
void session_set_state(struct session *s, enum dialog_state state);
/** It is out of the focus already: the endpoint is not called any more */
void session_endpoint_gone(struct session *s);
/** Take its endpoint out of the focus, if it is in */
void session_leave(struct session *s, enum reason reason);
/** Out of the focus (if it is in), out of the table, freed */
void session_drop(struct session *s, enum reason reason);
/** A description that nothing was said of yet, for the session's flow.
 *  @return 0; ENOENT the flow is gone; ENOMEM */
int session_exchange_begin(struct session *s);
/** Into the focus, with the leg that the exchange begins with
 *  @param joinedh As legh of focus_join(), with the session as argument */
enum reason session_join(struct session *s, const struct leg_description *leg,
			 focus_leg_h *joinedh);
/** Into it with the endpoint's leg as it is, which is in another conference
 *  @param joinedh As legh of focus_move(), with the session as argument
 *  @return As focus_move(): its endpoint is the one that it was, unless
 *          REASON_NONE */
enum reason session_carry(struct session *s, focus_leg_h *joinedh);
/** Go on as soon as its conference has a mixer
 *  @param answerh Called once, perhaps from within, with the session */
void session_await_mixer(struct session *s, judge_answer_h *answerh);
/** Its mixer died while it came in, or before it did: once, it may try with
 *  the next. Its endpoint is gone, and answerh comes as above, later
 *  @return false: it has tried, or that is not why it was refused */
bool session_join_again(struct session *s, enum reason reason,
			judge_answer_h *answerh);

/* session_end.c */
/** As session_fail, when the endpoint is out already. May drop */
void session_terminate(struct session *s, enum reason reason);
/** Their INVITE or UPDATE that still waits gets 487 */
void session_refuse_pending(struct session *s);
/** BYE now. May drop */
void session_bye(struct session *s, enum reason reason);
/** Others need the room: the call that waits longest for an ACK ends, if
 *  nobody has shown that he is there and it has had SESSIONS_ANSWERED_MS */
void session_give_way(struct sessions *all);
void session_bye_in(struct sessions *all, const struct sip_msg *msg);

/* session_ack.c */
int session_ack_send(struct session *s, struct sip_dialog *dlg, uint32_t cseq);
int session_acks_alloc(struct sessions *all);
/** None is repeated any more, no fork ended */
void session_acks_flush(struct sessions *all);
/** A 2xx to an INVITE that no transaction wants: repeat the ACK, or end the
 *  fork that lost */
void session_stray_response(struct sessions *all, const struct sip_msg *msg);

/* session_reply.c */
/** 200 to the INVITE or UPDATE in hand. May drop */
void session_answer(struct session *s, struct mbuf *sdp);
/** ACK came. May drop */
void session_ack_in(struct session *s, const struct sip_msg *msg);
void session_reply_init(struct session *s);
/** Forget the 2xx: it was acknowledged, or the session is over */
void session_reply_reset(struct session *s);
/** Their answer to our offer goes to the mixer. May drop */
enum reason session_apply_answer(struct session *s, const struct sip_msg *msg);
/** The same with a description that came before `msg`, or in it */
enum reason session_apply_sdp(struct session *s, const struct sip_msg *msg,
			      const struct pl *sdp);
/** An exchange is over: the focus hears of a session that is confirmed by
 *  now, and what waited is taken up. May drop */
void session_next(struct session *s);
/** The mixer has to do what was agreed, phase APPLY; when it does not even
 *  begin, the exchange is over */
enum reason session_apply_leg(struct session *s,
			      const struct leg_description *leg);

/** What is described from now on comes from where this message came */
void session_heard(struct session *s, const struct sip_msg *msg);

/** Read what a message of the dialog says of it */
void session_received(struct session *s, const struct sip_msg *msg);

/* move.c: to another conference in the same dialog */
/** session_ops.move */
void session_move_h(void *session, const char *conference);
/** Its next offer is the one to join there by. @return REASON_NONE, also where
 *  it is kept out; else the offer is to be tried again */
enum reason session_move_offer(struct session *s);

/* shape.c: what it is offered of what there is */
/** session_ops.reshape, .passable, .passed */
void session_reshape_h(void *session);
struct passed_group *session_passable_h(void *session, const char *prefix,
					bool all);
struct passed_group *session_passed_h(void *session);
/** Its offer of a shape waits: no word reaches it */
bool session_shape_waits(struct session *s);
/** One may reach it again */
void session_shape_go_on(struct session *s);
/** Nothing of it is left to do */
void session_shape_stop(struct session *s);
/** The offer that is out is made again, in whatever shape is wanted then */
void session_shape_later(struct session *s);
/** The offer of a shape was put off (491, 500) too often. Counts it */
bool session_shape_is_hopeless(struct session *s);
/** The offer that is made next is in the shape that the focus wants, and tells
 *  it. There is an endpoint */
void session_shape_take(struct session *s);
/** That offer is agreed (REASON_NONE), or not. Harmless without one. May drop
 */
void session_shape_over(struct session *s, enum reason reason);
/** It came to nothing: what was agreed before is in force. Where that keeps it
 *  apart from the others, it ends. May drop */
void session_shape_refused(struct session *s, enum reason reason);
/** Their description is agreed: has it news for the one that their lines pass
 *  to? May drop */
void session_shape_news(struct session *s);

/* names.c */
/** The addresses are known, or there are none: read it now. May drop
 *  @param sdp As it was handed in; borrowed until this returns */
typedef void(session_names_h)(struct session *s, const struct pl *sdp);
/**
 * Before a description of theirs is read: has it host names for addresses
 * that are to be looked up? What waited before waits no more. There is an
 * exchange, and it goes no further while one waits
 *
 * @param msg Whose description it is: only a trusted host's names count
 * @return true: `h` is called in 2 s or sooner, never from within; false: read
 *         it now
 */
bool session_names_wait(struct session *s, const struct sip_msg *msg,
			const struct pl *sdp, session_names_h *h);
/** Nothing waits any more. A request that waited is still the caller's to
 *  answer and to forget. @return true: something did */
bool session_names_stop(struct session *s);
/** No answer to an offer of ours waits any more; a request of theirs does */
void session_names_stop_answer(struct session *s);

/* invite_in.c */
/** What is to be done by the acts now that it is confirmed, once: freed by the
 *  caller. NULL: nothing */
void *session_take_plan(struct session *s);
void session_invite_in(struct sessions *all, const struct sip_msg *msg);

/* modify.c */
void session_reinvite_in(struct session *s, const struct sip_msg *msg);
void session_update_in(struct session *s, const struct sip_msg *msg);
/** Take a request within the dialog in hand and do what its offer asks for;
 *  empty: an offer of ours is asked for. May drop */
void session_change_in(struct session *s, const struct sip_msg *msg,
		       const struct pl *sdp);
/** An offer is open one way or the other: 491 or 500 */
void session_refuse_busy(struct session *s, const struct sip_msg *msg);
/** The re-INVITE or UPDATE in hand is called off: 487, and whatever has begun
 *  of it is taken back. Harmless without one */
void session_change_stop(struct session *s);
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
/** Our side of an offer within the dialog is there, or not: send it. As legh
 * of focus_leg_modify(), with the session. May drop */
void session_offer_prepared(enum reason reason, const struct leg_local *local,
			    void *arg);
/** Its exchange, whose wishes become re-INVITEs. @return 0, ENOMEM */
int session_exchange_alloc(struct session *s);
/** So long both wait when their requests have met (491) */
uint64_t session_glare_ms(const struct session *s);
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
/** As signaling_ops.undial */
void session_undial(void *arg, const char *conference);
/** Its 2xx: the roster shows what it says of who has answered, or nobody
 *  when that asks for privacy; the endpoint may have gone meanwhile */
void dial_answered(struct session *s, const struct sip_msg *msg);
#endif
