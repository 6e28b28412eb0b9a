/**
 * @file signaling/session/timer.h  Session timers (RFC 4028)
 */
#ifndef PARLEY_SIGNALING_SESSION_TIMER_H
#define PARLEY_SIGNALING_SESSION_TIMER_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct config;
struct session;
struct sessions;
struct timer;

/** Session-Expires below our minimum: 422, true */
bool timer_refused(struct sessions *all, const struct sip_msg *msg);
/** @return 0, ENOMEM. Free with mem_deref() */
int timer_alloc(struct timer **tp, const struct config *config);
/** Whether it takes UPDATE, if that message says so */
void timer_read_allow(struct session *s, const struct sip_msg *msg);
/** They ask (INVITE, UPDATE): agree on interval and refresher */
void timer_accept(struct session *s, const struct sip_msg *msg);
/** They answered (2xx): what we asked for is settled, the clock starts */
void timer_answered(struct session *s, const struct sip_msg *msg);
/**
 * 422 came: ask for as much as they want, or for none where that cannot be met
 *
 * @return 0 try again; EPROTO give up: we asked for none
 */
int timer_raise(struct session *s, const struct sip_msg *msg);
/**
 * They refused our refresh, by another status than those that end the session
 * (408, 481). It is tried again when that may help; who refuses lives all the
 * same
 */
void timer_not_refreshed(struct session *s, const struct sip_msg *msg);
/** Refresh in a moment, though it is not due: Contact is another one */
void timer_refresh_soon(struct session *s);
/** What Retry-After says, within bounds */
uint64_t timer_retry_after_ms(const struct sip_msg *msg);
/** The clock starts anew */
void timer_restart(struct session *s);
/** The session ends: neither refresh nor expiry */
void timer_stop(struct session *s);
int timer_print_reply(struct re_printf *pf, const struct session *s);
int timer_print_request(struct re_printf *pf, const struct session *s);

#endif
