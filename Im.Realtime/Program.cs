using Im.Core;
using Im.Core.Accounts;
using Im.Core.Bus;
using Im.Core.Data;
using Im.Core.Failover;
using Im.Core.Limits;
using Im.Core.Messages;
using Im.Core.Nodes;
using Im.Core.Posting;
using Im.Core.Presence;
using Im.Core.Search;
using Im.Core.Sessions;
using Im.Core.Webhooks;
using Im.Core.Widgets;
using Im.Realtime.Node;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults(ImTelemetry.Name);
builder.AddRedisClient("redis", settings => (settings.DisableTracing, settings.DisableHealthChecks) = (true, true), RedisConnection.Configure); // AddImRedisSpans and AddImBus instead
builder.AddNpgsqlDbContext<ImDbContext>("im");

builder.Services.AddImFailover();
builder.Services.AddImData();
builder.Services.AddImMessages();
builder.Services.AddImSearchIndex();
builder.Services.AddImWebhookSender();
builder.Services.AddImAccounts();
builder.Services.AddImLimits();
builder.Services.AddImBus();
builder.Services.AddImRedisSpans();
builder.Services.AddImPosting();
builder.Services.AddImSessions();
builder.Services.AddImWidgetSites();
builder.Services.AddImNode(NodeName.Of(builder.Configuration));
builder.Services.AddImPresence();
builder.Services.AddRealtimeNode();

var app = builder.Build();

app.UseSockets();
app.MapDefaultEndpoints();
app.MapSockets();

app.Run();
