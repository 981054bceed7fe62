using Im.AppHost;
using Microsoft.Extensions.Configuration;

// The whole system on one screen. Stock Aspire: it runs on containers, or without them on Aspire.Containerless; see docs/decisions.
var builder = DistributedApplication.CreateBuilder(args);

// --WebPort=20470 puts the page elsewhere, --ASPNETCORE_URLS=http://localhost:18900 the dashboard: as an argument, for the launch profile
// overwrites the variable. On stock Aspire a second application needs --ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL and --ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL too.
var webPort = builder.Configuration.GetValue("WebPort", 20460);

// --UseVolumes=false starts from nothing and leaves nothing, as the tests do.
var useVolumes = builder.Configuration.GetValue("UseVolumes", true);

var redis = builder.AddRedis("redis");
var postgres = builder.AddPostgres("postgres");
var im = postgres.AddDatabase("im");
if (useVolumes)
{
    redis.WithDataVolume();
    postgres.WithDataVolume();
}

// Without launch profiles: what a node listens on is said here, whichever way it is started.
var realtime = builder.AddProject<Projects.Im_Realtime>("realtime", launchProfileName: null)
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
    .WithReference(redis).WaitFor(redis)
    .WithReference(im).WaitFor(im)
    .WithReplicas(2)
    .WithSettings("Limits", "Sessions", "Door")
    .WithKillCommand();

builder.AddProject<Projects.Im_Web>("web", launchProfileName: null)
    .WithHttpEndpoint(port: webPort)
    .WithHttpHealthCheck("/health")
    .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
    .WithReference(redis).WaitFor(redis)
    .WithReference(im).WaitFor(im)
    .WithReference(realtime).WaitFor(realtime)
    .WithSettings("Limits", "Sessions", "Admin", "Proxies")
    .WithExternalHttpEndpoints()
    .WithUrlForEndpoint("http", url => url.DisplayText = "Chat")
    .WithPageAnnouncement("http")
    .WithSignOutCommand("http");

builder.Build().Run();
