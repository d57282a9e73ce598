# Units, user and directories: templates in which make puts the configured paths.
systemd_generated = systemd/fetchd.service systemd/fetchd.socket systemd/fetchd.sysusers \
	systemd/fetchd.tmpfiles
systemdsystemunit_DATA = systemd/fetchd.service systemd/fetchd.socket
noinst_DATA += systemd/fetchd.sysusers systemd/fetchd.tmpfiles
EXTRA_DIST += $(systemd_generated:=.in)
CLEANFILES += $(systemd_generated)

systemd_edit = sed \
	-e 's|@sbindir[@]|$(sbindir)|g' \
	-e 's|@bindir[@]|$(bindir)|g' \
	-e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	-e 's|@localstatedir[@]|$(localstatedir)|g' \
	-e 's|@runstatedir[@]|$(runstatedir)|g'

$(systemd_generated): %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(systemd_edit) < $< > $@.tmp && mv $@.tmp $@

# These two bear the program's name with an ending of their own where they are installed.
install-systemd: $(systemd_generated)
	$(MKDIR_P) "$(DESTDIR)$(sysusersdir)" "$(DESTDIR)$(tmpfilesdir)"
	$(INSTALL_DATA) systemd/fetchd.sysusers "$(DESTDIR)$(sysusersdir)/fetchd.conf"
	$(INSTALL_DATA) systemd/fetchd.tmpfiles "$(DESTDIR)$(tmpfilesdir)/fetchd.conf"

uninstall-systemd:
	rm -f "$(DESTDIR)$(sysusersdir)/fetchd.conf" "$(DESTDIR)$(tmpfilesdir)/fetchd.conf"

.PHONY: install-systemd uninstall-systemd
