from assessments.evidence import urls as evidence
from assessments.rating import urls as rating
from assessments.submission import urls as submission

app_name = "assessments"
urlpatterns = [*rating.urlpatterns, *submission.urlpatterns, *evidence.urlpatterns]
