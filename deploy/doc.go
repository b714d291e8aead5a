// Package deploy holds the tests of what ships accruald: images, units, charts, alerts and grants are files beside it.
//
// # Owns
//
//   - that the grants of the database do what they say: the worker adds postings and can neither change nor delete them;
//   - that the broker's configuration is accepted by the broker, and keeps producers and consumers in their places;
//   - that the alerts ask for metrics by the names the worker publishes.
//
// # Does not own
//
// The installation of PostgreSQL on a developer's machine is a script here and is tested by every test that needs a server.
// Images and charts are built where there is a container engine and Helm; here they are only text.
//
// # Failure handling
//
// The tests start private servers on random ports and fail, never skip, where one cannot start.
package deploy
