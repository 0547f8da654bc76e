from calibration.agreement import urls as agreement
from calibration.assigning import urls as assigning
from calibration.desk import urls as desk
from calibration.releasing import urls as releasing
from calibration.reviewing import urls as reviewing

app_name = "calibration"
urlpatterns = [
    *assigning.urlpatterns,
    *agreement.urlpatterns,
    *reviewing.urlpatterns,
    *desk.urlpatterns,
    *releasing.urlpatterns,
]
