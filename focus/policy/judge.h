/**
 * @file focus/policy/judge.h  "May it?", a question that can be answered later
 *
 * Who wants to change a conference asks first, and goes on when it is
 * answered. Two have a say: the facts (the configuration, the roster: today's
 * policy, answered at once), and a judge that may be put beside them (a
 * token's check, a quota, a lobby), which answers whenever it likes, within a
 * deadline. The facts are looked at before the judge is bothered and again
 * after it has answered, since the conference may have been locked, filled,
 * ended or made by somebody else meanwhile. Nothing here blocks; parleyd's
 * one thread.
 */
#ifndef PARLEY_FOCUS_POLICY_JUDGE_H
#define PARLEY_FOCUS_POLICY_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include "focus/policy/reason.h"
#include "focus/settings/role.h"
#include "mixer/base/re.h"

enum {
	/** A judge that says nothing of its own has so long: a REFER or an
	 *  OPTIONS must be answered well before 32 s (RFC 3261 Timer F) */
	JUDGE_TIMEOUT_MS = 5000
};

/** What is asked for */
enum question_kind {
	QUESTION_JOIN,   /**< come in. A browser that wants a TURN relay
			      asks so before it calls, too */
	QUESTION_CREATE, /**< come in as the first, which makes it. Who comes
			      in may ask for either: it becomes what is so */
	QUESTION_ENTER,  /**< be let in, of who is in the call already */
	QUESTION_DIAL,   /**< have the target called into it */
	QUESTION_REMOVE, /**< have the target removed, or go itself */
	QUESTION_END,    /**< end the conference for all */
	QUESTION_OWN,    /**< change what is the target's own matter, too: be
			      heard no more, raise a hand, have a name */
	QUESTION_STEER,  /**< change the conference, or what others are
			      heard and seen of: lock, layout, admit */
	QUESTION_UNMUTE, /**< have the target heard again */
	QUESTION_HOST,   /**< change what it is to be, and who steers it */
	QUESTION_SEE,    /**< see who is in it, or in any; what is counted */
	QUESTION_SAY,    /**< write to all who are in it */
	QUESTION_KEEP,   /**< keep the users of this host */
};

/** Who asks for a change of a conference */
struct asker {
	const char *aor; /**< address-of-record, may be NULL */
	bool known;      /**< that is proved or asserted, not only claimed */
	uint32_t leg;    /**< focus_leg() of the endpoint in whose dialog it
			      asks, or whose tags it knows (RFC 4538); 0:
			      from outside. May be gone when it is answered */
	bool member;     /**< for the judge, set by the facts: it is in */
	enum role role;  /**< likewise: what it is in there */
	bool operates;   /**< it runs this server: the control socket */
	bool entering;   /**< it is just becoming a member (RFC 5366) */
};

/** One question; what it points to is copied as long as it is open */
struct question {
	enum question_kind kind;
	const char *conference; /**< user part of its URI */
	struct asker asker;
	const char *target; /**< URI of whom it is about; NULL: nobody */
	bool who;           /**< ...or what a command calls WHO */
	bool probe;    /**< only to know (OPTIONS, the page): nothing follows,
			    so nothing is to be counted or shown to people */
	bool invited;  /**< join: a member or moderator had it called */
	bool replaces; /**< join: it takes the place of one that is in */
	bool factory;  /**< join: a factory gave it this conference's name */
	const char
		*secret; /**< join: as of struct join; hostile, NULL: none */
};

/** @param reason REASON_NONE: it may */
typedef void(judge_answer_h)(enum reason reason, void *arg);

/** Who is asked besides the facts. All zero: nobody is */
struct judge {
	/**
	 * May it? Called only where the facts allow it.
	 *
	 * @param q       Valid until this returns
	 * @param answerh To be called once with `h_arg`, from within or later,
	 *                unless drop() was called before
	 * @return handle by which it is dropped; NULL if it is answered
	 */
	void *(*ask)(const struct question *q, judge_answer_h *answerh,
		     void *h_arg, void *arg);

	/** Nobody waits for that answer any more: it must not be given */
	void (*drop)(void *handle, void *arg);

	void *arg;
	uint32_t timeout_ms; /**< later it is REASON_UNAVAILABLE; 0:
				  JUDGE_TIMEOUT_MS */
};

/**
 * What the facts say now
 *
 * @param q Its kind is set to what is asked in truth (QUESTION_CREATE or
 *          QUESTION_JOIN), what stands in `asker` for the judge as well. Where
 * the kind has changed since the judge was asked, it is asked again
 */
typedef enum reason(judge_facts_h)(struct question *q, void *arg);

/** A question that is not answered yet; mem_deref() drops it: its handler is
 *  not called any more, and the judge is told */
struct ask;

/**
 * Ask
 *
 * @param askp    Set while the answer is awaited, and set back to NULL before
 *                the handler is called; it stays NULL if that is from within.
 *                Must live until then. NULL: it cannot be dropped
 * @param asks    All that are open, for judge_answer_all(); the list lives
 *                longer than they
 * @param judge   Copied; NULL: only the facts
 * @param answerh Called exactly once, perhaps from within; REASON_INTERNAL
 *                for lack of memory
 */
void judge_ask(struct ask **askp, struct list *asks, const struct judge *judge,
	       const struct question *q, judge_facts_h *factsh,
	       void *facts_arg, judge_answer_h *answerh, void *arg);

/** Answer all that are open so, whatever the judge might have said */
void judge_answer_all(struct list *asks, enum reason reason);

/** Drop all that are open: their handlers are not called, and what the askers
 *  hold is dead weight that they free with mem_deref() as ever */
void judge_forget_all(struct list *asks);

#endif
