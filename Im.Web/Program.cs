using Im.Core;
using Im.Core.Accounts;
using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Failover;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Core.Notifications;
using Im.Core.Posting;
using Im.Core.Presence;
using Im.Core.Search;
using Im.Core.Sessions;
using Im.Web.Accounts;
using Im.Web.Administration;
using Im.Web.Conversations;
using Im.Web.Files;
using Im.Web.Gateway;
using Im.Web.Http;
using Im.Web.Nodes;
using Im.Web.Notifications;
using Im.Web.People;
using Im.Web.Pictures;
using Im.Web.Programs;
using Im.Web.Rooms;
using Im.Web.Search;
using Im.Web.Sessions;
using Im.Web.Widgets;

var builder = WebApplication.CreateBuilder(args);

// In Development it is there already. Run from its build output in Production, the page would be missing.
builder.WebHost.UseStaticWebAssets();

builder.AddServiceDefaults(ImTelemetry.Name);
builder.AddRedisClient("redis", settings => (settings.DisableTracing, settings.DisableHealthChecks) = (true, true), RedisConnection.Configure); // AddImRedisSpans and AddImBus instead
// No retries here: whoever asks is told at once that the database is away, and when to ask again.
builder.AddNpgsqlDbContext<ImDbContext>("im", settings => settings.DisableRetry = true);

builder.Services.AddImFailover().AddImData().AddImMessages().AddImSearch().AddImAccounts().AddImLimits().AddImBus(probe: false).AddImRedisSpans().AddImPosting().AddImSessions().AddImNodes().AddImOnlinePeople().AddImNotifications();
builder.Services.AddHttpContextAccessor().AddScoped<RoomRequests>().AddScoped<PeopleSetup.Decisions>();
builder.AddHttp().AddApiDescription().AddSessions().AddAccounts().AddPrograms().AddAdministration().AddWidgets().AddFiles().AddGateway();

var app = builder.Build();

app.UseHttp();

var api = app.MapApi();
api.MapAccounts();
api.MapSessions();
api.MapDevices();
api.MapOwnAccount();
api.MapRecovery();
api.MapPrograms();
api.MapWidgets();
api.MapAdministration();
api.MapDashboard(app.Configuration);
api.MapNodes();
api.MapConnect();
api.MapConversations();
api.MapRooms();
api.MapPeople();
api.MapReports();
api.MapNotifications();
api.MapSearch();
api.MapFiles();
api.MapPictures();

app.MapGateway();
app.MapApiDescription();
app.MapDefaultEndpoints();

app.Run();
