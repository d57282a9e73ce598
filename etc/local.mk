# Configuration: installed once and then the administrator's. What is there is never replaced; what
# was never changed is removed with the program.
etc_files = fetchd.yaml jobs.d/inventory.yaml
EXTRA_DIST += $(addprefix etc/,$(etc_files))

# Jobs to begin from, one for each shape of API, and the mock that rehearses them.
examplesdir = $(docdir)/examples
dist_examples_DATA = \
	etc/fetchmock/public-apis.yaml \
	etc/jobs.d/examples/github-graphql.yaml \
	etc/jobs.d/examples/github-issues.yaml \
	etc/jobs.d/examples/gitlab-issues.yaml \
	etc/jobs.d/examples/hubspot-contacts.yaml \
	etc/jobs.d/examples/jira-search.yaml \
	etc/jobs.d/examples/microsoft-graph-users.yaml \
	etc/jobs.d/examples/notion-database.yaml \
	etc/jobs.d/examples/prometheus-range.yaml \
	etc/jobs.d/examples/shopify-orders.yaml \
	etc/jobs.d/examples/worldbank-population.yaml

install-etc:
	$(MKDIR_P) "$(DESTDIR)$(sysconfdir)/fetchd/jobs.d"
	@for f in $(etc_files); do \
	  to="$(DESTDIR)$(sysconfdir)/fetchd/$$f"; \
	  if test -e "$$to"; then echo "keeping $$to"; \
	  else $(INSTALL) -m 0644 "$(srcdir)/etc/$$f" "$$to"; fi || exit 1; \
	done

uninstall-etc:
	@for f in $(etc_files); do \
	  to="$(DESTDIR)$(sysconfdir)/fetchd/$$f"; \
	  if cmp -s "$(srcdir)/etc/$$f" "$$to"; then rm -f "$$to"; fi; \
	done

.PHONY: install-etc uninstall-etc
