/**
 * @file signaling/session/dependencies.h  What sessions stand on
 */
#ifndef PARLEY_SIGNALING_SESSION_DEPENDENCIES_H
#define PARLEY_SIGNALING_SESSION_DEPENDENCIES_H

struct accounts;
struct auth;
struct conference_events;
struct config;
struct credentials;
struct focus;
struct notifiers;
struct registrar;
struct transport_layer;

/** What sessions stand on; all borrowed. The first three are needed, of the
 *  others NULL means that there is none */
struct sessions_dependencies {
	struct transport_layer *layer;
	struct focus *focus;
	const struct config *config;
	struct auth *auth;                /**< who may ask */
	struct registrar *registrar;      /**< where users are */
	struct credentials *credentials;  /**< for challenges of others */
	struct accounts *accounts;        /**< by which calls may go */
	struct notifiers *notifiers;      /**< REFER's subscriptions */
	struct conference_events *events; /**< who watches */
};

#endif
