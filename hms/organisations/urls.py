"""Addresses inside an organisation."""

from django.urls import include, path

from hms.organisations.views import absences, groups, imports, invitations, people, profile, roles, settings, theme, units

app_name = "organisations"

of_settings = [
    path("", settings.settings, name="settings"),
    path("virksomheten/", settings.organisation_settings, name="organisation"),
    path("rolige-dager/", settings.quiet_days, name="quiet_days"),
    path("rolige-dager/<int:pk>/fjern/", settings.remove_quiet_days, name="remove_quiet_days"),
    path("avdelinger/", units.units, name="units"),
    path("avdelinger/ny/", units.add_unit, name="add_unit"),
    path("avdelinger/<int:pk>/", units.unit, name="unit"),
    path("avdelinger/<int:pk>/ut-av-bruk/", units.retire_unit, name="retire_unit"),
    path("avdelinger/<int:pk>/i-bruk/", units.reuse_unit, name="reuse_unit"),
    path("avdelinger/<int:pk>/ny-qr/", units.renew_qr, name="renew_qr"),
    path("folk/", people.people, name="people"),
    path("folk/ny/", people.add_person, name="add_person"),
    path("folk/<int:pk>/", people.person, name="person"),
    path("folk/<int:pk>/endre/", people.change_person, name="change_person"),
    path("folk/<int:pk>/slutt/", people.end_employment, name="end_employment"),
    path("folk/<int:pk>/likevel-ikke/", people.resume_employment, name="resume_employment"),
    path("roller/", roles.roles, name="roles"),
    path("roller/ny/", roles.grant_role, name="grant_role"),
    path("roller/<int:pk>/", roles.role, name="role"),
    path("roller/<int:pk>/avslutt/", roles.end_role, name="end_role"),
    path("roller/<int:pk>/overlat/", roles.hand_over_role, name="hand_over_role"),
    path("verneomrader/", roles.areas, name="areas"),
    path("verneomrader/ny/", roles.add_area, name="add_area"),
    path("verneomrader/<int:pk>/", roles.area, name="area"),
    path("verneomrader/<int:pk>/fjern/", roles.remove_area, name="remove_area"),
    path("grupper/", groups.groups, name="groups"),
    path("grupper/ny/", groups.add_group, name="add_group"),
    path("grupper/<int:pk>/", groups.group, name="group"),
    path("grupper/<int:pk>/endre/", groups.change_group, name="change_group"),
    path("grupper/<int:pk>/legg-til/", groups.add_group_member, name="add_group_member"),
    path("grupper/<int:pk>/<int:member>/fjern/", groups.remove_group_member, name="remove_group_member"),
    path("grupper/<int:pk>/ut-av-bruk/", groups.retire_group, name="retire_group"),
    path("grupper/<int:pk>/i-bruk/", groups.reuse_group, name="reuse_group"),
    path("fravaer/", absences.absences, name="absences"),
    path("fravaer/nytt/", absences.add_absence, name="add_absence"),
    path("import/", imports.imports, name="imports"),
    path("import/<int:pk>/", imports.look_over, name="import"),
    path("import/<int:pk>/kast/", imports.drop, name="drop_import"),
    path("invitasjoner/", invitations.invitations, name="invitations"),
    path("invitasjoner/send/", invitations.invite, name="invite"),
    path("invitasjoner/<int:pk>/trekk/", invitations.withdraw, name="withdraw_invitation"),
]
urlpatterns = [
    path("innstillinger/", include(of_settings)),
    path("finn-folk/", people.find_people, name="find_people"),
    path("profil/", profile.profile, name="profile"),
    path("profil/fravaer/", absences.my_absence, name="my_absence"),
    path("fravaer/<int:pk>/", absences.absence, name="absence"),
    path("fravaer/<int:pk>/fjern/", absences.remove_absence, name="remove_absence"),
    path("tema/<str:colour>.css", theme.theme, name="theme"),
    path("invitasjon/<str:token>/", invitations.invitation, name="invitation"),
]
