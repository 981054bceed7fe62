using Im.AppHost.Commands;
using Im.AppHost.Orchestration;
using Im.AppHost.Supervision;
using Microsoft.Extensions.Configuration;

// The whole system on one screen. CONTRIBUTING lists the arguments: other ports, more nodes, servers of your own, data that is not kept.
var builder = DistributedApplication.CreateBuilder(args);
var webPort = builder.Configuration.GetValue("WebPort", 20460);
var nodes = builder.Configuration.GetValue("Replicas", 2);
var keepsData = builder.Configuration.GetValue("UseVolumes", true);
if (builder.FindMistake(webPort, nodes) is { } mistake)
    return Mistakes.Say(mistake);
builder.UseOrchestration();

IResourceBuilder<IResourceWithConnectionString> redis, im;
switch (builder.ChooseServers(keepsData))
{
    case Servers.Given:
        redis = builder.AddConnectionString("redis");
        im = builder.AddConnectionString("im");
        break;
    case Servers.Containers:
        redis = builder.AddRedis("redis").When(keepsData, server => server.WithDataVolume());
        im = builder.AddPostgres("postgres").When(keepsData, server => server.WithDataVolume()).AddDatabase("im");
        break;
    default:
        redis = builder.AddEmbeddedRedis("redis").When(keepsData, server => server.WithDataFolder()).WithRestartOnCrash();
        im = builder.AddEmbeddedPostgres("postgres").When(keepsData, server => server.WithDataFolder()).WithRestartOnCrash().AddDatabase("im");
        break;
}

// Without launch profiles: what a program listens on is said here, whichever way it is started.
var realtime = builder.AddProject<Projects.Im_Realtime>("realtime", launchProfileName: null)
    .AsBuiltProgram()
    .WithHttpEndpoint()
    .WithReference(redis).WaitFor(redis)
    .WithReference(im).WaitFor(im)
    .WithReplicas(nodes)
    .WithReplicaHealthChecks(nodes)
    .WithRestartOnCrash()
    .WithSettings("Limits", "Sessions", "Door", "Presence", "Proxies", "PublicUrl", "Demonstration", "ConnectionStrings:im-read")
    .WithCookieSuffix(webPort)
    .WithKillCommand();

builder.AddProject<Projects.Im_Web>("web", launchProfileName: null)
    .AsBuiltProgram()
    .WithHttpEndpoint(port: webPort)
    .WithReference(redis).WaitFor(redis)
    .WithReference(im).WaitFor(im)
    .WithReference(realtime).WaitForStart(realtime)
    .WithReplicaHealthChecks()
    .WithRestartOnCrash()
    .WithSettings("Limits", "Sessions", "Admin", "Proxies", "ProxyHeaders", "AllowedHosts", "ConnectSources", "Demonstration", "ConnectionStrings:im-read")
    .WithDashboardAddress()
    .WithCookieSuffix(webPort)
    .WithExternalHttpEndpoints()
    .WithUrlForEndpoint("http", url => url.DisplayText = "Chat")
    .WithPageAnnouncement("http")
    .WithSignOutCommand("http");

builder.Build().Run();
Shutdown.EndDcp(builder);
return 0;
