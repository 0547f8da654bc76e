from calibration.urls import desk, hub, organisation, workbench

app_name = "calibration"
urlpatterns = [
    *workbench.urlpatterns,
    *desk.urlpatterns,
    *hub.urlpatterns,
    *organisation.urlpatterns,
]
