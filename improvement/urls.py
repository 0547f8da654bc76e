from improvement.actions import urls as actions
from improvement.planning import urls as planning
from improvement.signing import urls as signing

app_name = "improvement"
urlpatterns = [*planning.urlpatterns, *actions.urlpatterns, *signing.urlpatterns]
